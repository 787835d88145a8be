//! Finds the configuration files, in the places where people keep them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use directories::ProjectDirs;

use super::{Config, ConfigError, PROJECT_FILE, Variables, dot_env, parse};

/// Where to look.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// The file of `--config`: it alone is read then.
    pub explicit: Option<PathBuf>,
    /// The folder whose `schemascope.toml`, or that of a folder above it, is the repository's.
    pub current_folder: PathBuf,
    /// The user's home folder.
    pub home: Option<PathBuf>,
}

/// The folder of the user's themes, beside the user's own file.
pub const THEMES: &str = "themes";

/// A theme of the user's, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThemeFile {
    /// Its name: that of the file without `.toml`.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// What it says.
    pub text: String,
}

/// A place where configuration is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Whose file it is, in words.
    pub role: &'static str,
    /// The file.
    pub path: PathBuf,
    /// Whether it was there, and was read.
    pub read: bool,
}

/// Everything that is configured, and everything that is wrong with it.
#[derive(Debug, Default)]
pub struct Survey {
    /// What is configured, apart from what is wrong.
    pub config: Config,
    /// Where it was looked for, the nearest last.
    pub places: Vec<Place>,
    /// What is wrong, in the order of the files and of their lines.
    pub faults: Vec<ConfigError>,
}

/// Reads the user's own file and lays the repository's `schemascope.toml` over it.
///
/// # Errors
/// The first thing that is wrong, but for the address of a target: that is the target's own trouble.
pub fn load(places: &Places, variables: &Variables<'_>) -> Result<Config, ConfigError> {
    let Survey { config, faults, .. } = survey(places, variables);
    let own = |fault: &ConfigError| {
        config.targets.values().any(|target| target.address.as_ref().is_err_and(|own| own == fault))
    };
    let mut grave = faults.into_iter().filter(|fault| !own(fault));
    match (grave.next(), grave.count()) {
        (None, _) => Ok(config),
        (Some(fault), 0) => Err(fault),
        (Some(fault), more) => {
            let more = format!(" There is more ({more}): `schemascope config check` shows all of it.");
            Err(ConfigError { hint: fault.hint.clone() + &more, ..fault })
        }
    }
}

/// Reads what [`load`] reads, and goes on where something is wrong.
///
/// The user's file is `$SCHEMASCOPE_CONFIG`, else `config.toml` in `$XDG_CONFIG_HOME/schemascope`,
/// else in `~/.config/schemascope` if that exists (on macOS too), else in the folder that the
/// operating system means for it. None of them has to exist, save one that was named. Variables that
/// the environment does not have are looked up in `.env` beside `schemascope.toml`.
pub fn survey(places: &Places, variables: &Variables<'_>) -> Survey {
    let mut survey = Survey::default();
    survey.config.repository.clone_from(&places.current_folder);
    if let Some(explicit) = &places.explicit {
        survey.config.folder = explicit.parent().map(Path::to_owned);
        survey.config.repository = folder_of(explicit);
        survey.add("named by --config", explicit, Missing::IsAFault, variables);
        return survey;
    }
    let named = variables("SCHEMASCOPE_CONFIG").map(PathBuf::from);
    let folder = match &named {
        Some(named) => named.parent().map(Path::to_owned),
        None => user_folder(places, variables),
    };
    match (&named, &folder) {
        (Some(named), _) => survey.add("named by SCHEMASCOPE_CONFIG", named, Missing::IsAFault, variables),
        (None, Some(folder)) => survey.add("yours", &folder.join("config.toml"), Missing::IsFine, variables),
        (None, None) => {}
    }
    survey.config.folder = folder;
    if let Some(project) = project_file(&places.current_folder) {
        survey.config.repository = folder_of(&project);
        let env = dot_env::read(&project.with_file_name(".env"));
        let either = |name: &str| variables(name).or_else(|| env.get(name).cloned());
        survey.add("the repository's", &project, Missing::IsAFault, &either);
    }
    survey
}

fn folder_of(file: &Path) -> PathBuf {
    file.parent().unwrap_or(Path::new("")).to_owned()
}

/// The themes in the folder of the user's own file, in the order of their names, and what could not
/// be read. There need not be any.
pub fn themes(folder: Option<&Path>) -> (Vec<ThemeFile>, Vec<ConfigError>) {
    let Some(folder) = folder.map(|folder| folder.join(THEMES)) else { return Default::default() };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "toml")).collect();
    paths.sort();
    let (mut themes, mut faults) = (Vec::new(), Vec::new());
    for path in paths {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        match fs::read_to_string(&path) {
            Ok(text) => themes.push(ThemeFile { name, path, text }),
            Err(error) => faults.push(ConfigError {
                place: path.display().to_string(),
                message: format!("The theme cannot be read: {error}."),
                hint: String::new(),
            }),
        }
    }
    (themes, faults)
}

/// What it means that a file is not there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    IsFine,
    IsAFault,
}

impl Survey {
    fn add(&mut self, role: &'static str, file: &Path, missing: Missing, variables: &Variables<'_>) {
        let text = fs::read_to_string(file);
        self.places.push(Place { role, path: file.to_owned(), read: text.is_ok() });
        match text {
            Ok(text) => {
                let (settings, faults) = parse(file, &text, variables);
                self.config.lay_over(settings);
                self.faults.extend(faults);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && missing == Missing::IsFine => {}
            Err(error) => self.faults.push(ConfigError {
                place: file.display().to_string(),
                message: format!("The configuration cannot be read: {error}."),
                hint: " Check --config and SCHEMASCOPE_CONFIG.".to_owned(),
            }),
        }
    }
}

fn user_folder(places: &Places, variables: &Variables<'_>) -> Option<PathBuf> {
    if let Some(folder) = variables("XDG_CONFIG_HOME") {
        return Some(Path::new(&folder).join("schemascope"));
    }
    let in_home = places.home.as_ref().map(|home| home.join(".config").join("schemascope"));
    in_home
        .filter(|folder| folder.is_dir())
        .or_else(|| ProjectDirs::from("", "", "schemascope").map(|dirs| dirs.config_dir().to_owned()))
}

/// The repository's file: in this folder, or in the nearest one above it.
pub fn project_file(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().map(|folder| folder.join(PROJECT_FILE)).find(|file| file.is_file())
}
