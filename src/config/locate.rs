//! Finds the configuration files, in the places where people keep them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use directories::ProjectDirs;

use super::{Config, ConfigError, PROJECT_FILE, Variables, parse};

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

/// Reads the user's own file and lays the repository's `schemascope.toml` over it.
///
/// The user's file is `$SCHEMASCOPE_CONFIG`, else `config.toml` in `$XDG_CONFIG_HOME/schemascope`,
/// else in `~/.config/schemascope` if that exists (on macOS too), else in the folder that the
/// operating system means for it. None of them has to exist, save one that was named.
///
/// # Errors
/// Where a file cannot be read or used, or a named one is missing.
pub fn load(places: &Places, variables: &Variables<'_>) -> Result<Config, ConfigError> {
    let mut config = Config::default();
    let mut add = |file: &Path, must_exist: bool| -> Result<(), ConfigError> {
        match fs::read_to_string(file) {
            Ok(text) => config.lay_over(parse(file, &text, variables)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !must_exist => {}
            Err(error) => {
                let message = format!("The configuration cannot be read: {error}.");
                let hint = " Check --config and SCHEMASCOPE_CONFIG.".to_owned();
                return Err(ConfigError { place: file.display().to_string(), message, hint });
            }
        }
        Ok(())
    };
    if let Some(explicit) = &places.explicit {
        add(explicit, true)?;
        return Ok(config);
    }
    match variables("SCHEMASCOPE_CONFIG") {
        Some(named) => add(Path::new(&named), true)?,
        None => {
            if let Some(folder) = user_folder(places, variables) {
                add(&folder.join("config.toml"), false)?;
            }
        }
    }
    if let Some(project) = project_file(&places.current_folder) {
        add(&project, true)?;
    }
    Ok(config)
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

fn project_file(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().map(|folder| folder.join(PROJECT_FILE)).find(|file| file.is_file())
}
