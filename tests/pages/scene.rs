//! What the commands of a page find: a folder, a home, databases that have drifted, and tools.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use crate::support::{Cluster, newest_binaries};

/// A folder with schemas, and a server with databases.
pub struct Scene {
    cluster: Cluster,
    folder: TempDir,
}

/// The folder that a page shows in place of the one that is used.
const FOLDER: &str = "/home/ann/app";

impl Scene {
    /// An empty folder, and a server with the roles that the schemas name.
    pub fn new() -> Scene {
        let scene = Scene { cluster: Cluster::start(), folder: tempfile::tempdir().expect("a folder") };
        fs::create_dir_all(scene.folder()).expect("a folder");
        let tools = scene.folder.path().join("bin");
        fs::create_dir_all(&tools).expect("a folder");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_schemascope"), tools.join("schemascope"))
            .expect("a link");
        let roles = "CREATE ROLE anon; CREATE ROLE authenticated; CREATE ROLE service_role BYPASSRLS; \
                     CREATE ROLE ann SUPERUSER LOGIN";
        scene.cluster.execute("postgres", roles);
        scene
    }

    /// A small shop in the folder itself, with its migrations, and its production in the database
    /// `prod`, in which an index was dropped, row security switched off and a column added.
    pub fn with_orders(self) -> Scene {
        let schema = "CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL UNIQUE);\n\n\
            CREATE TABLE orders (\n    id bigint PRIMARY KEY,\n    \
            customer_id bigint NOT NULL REFERENCES customers,\n    \
            total numeric(12,2) NOT NULL CHECK (total >= 0),\n    \
            placed_at timestamptz NOT NULL DEFAULT now()\n);\n\
            CREATE INDEX orders_placed_idx ON orders (placed_at);\n\
            ALTER TABLE orders ENABLE ROW LEVEL SECURITY;\n\
            CREATE POLICY own ON orders USING (customer_id = current_setting('app.customer', true)::bigint);\n\
            GRANT SELECT ON orders TO authenticated;\n";
        let drift = "DROP INDEX orders_placed_idx; ALTER TABLE orders DISABLE ROW LEVEL SECURITY; \
            ALTER TABLE customers ADD COLUMN legacy_id integer";
        let folder = self.folder();
        fs::create_dir_all(folder.join("migrations")).expect("a folder");
        fs::write(folder.join("schema.sql"), schema).expect("a file");
        let (customers, orders) = schema.split_once("\n\n").expect("two parts");
        for (name, text) in [("001_customers.sql", customers), ("002_orders.sql", orders)] {
            fs::write(folder.join("migrations").join(name), text).expect("a file");
        }
        let config = "canonical = \"schema.sql\"\n\n[targets.prod]\nurl = \"${PROD_URL}\"\n";
        fs::write(folder.join("schemascope.toml"), config).expect("a file");
        self.cluster.database("prod");
        self.cluster.execute("prod", schema);
        self.cluster.execute("prod", drift);
        self
    }

    /// The agents platform as `platform/schema.sql`, without its vectors, which an ordinary server has
    /// not, and its European production in the database `platform`.
    pub fn with_platform(self) -> Scene {
        let sample = sample("agents-platform");
        let schema = fs::read_to_string(sample.join("schema.sql")).expect("the sample");
        let hnsw = "hnsw (embedding extensions.vector_cosine_ops) WITH (m = 16, ef_construction = 64)";
        let schema = schema
            .replace("CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA extensions;", "")
            .replace("extensions.vector(384)", "real[]")
            .replace(hnsw, "gin (embedding)");
        let folder = self.folder().join("platform");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("schema.sql"), schema).expect("a file");
        let config = "canonical = \"schema.sql\"\n\n[targets.prod-eu]\nurl = \"${PLATFORM_URL}\"\nprotected = true\napprovals = 1\n";
        fs::write(folder.join("schemascope.toml"), config).expect("a file");
        self.cluster.database("platform");
        self.cluster.run_file("platform", &folder.join("schema.sql"));
        self.cluster.run_file("platform", &sample.join("drift/prod-eu.sql"));
        self
    }

    /// The shop as `shop/`, with its migrations, and its production in the database `shop`, whose
    /// history says that the migrations were run, one of them as another text.
    pub fn with_shop(self) -> Scene {
        let sample = sample("commerce");
        let folder = self.folder().join("shop");
        fs::create_dir_all(folder.join("migrations")).expect("a folder");
        fs::copy(sample.join("schema.sql"), folder.join("schema.sql")).expect("a file");
        let config = "canonical = \"schema.sql\"\n\n[targets.prod]\nurl = \"${SHOP_URL}\"\n\n[verify]\nmigrations = \"migrations\"\n";
        fs::write(folder.join("schemascope.toml"), config).expect("a file");
        self.cluster.database("shop");
        let mut files: Vec<PathBuf> = fs::read_dir(sample.join("migrations"))
            .expect("the sample")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        files.sort();
        for file in &files {
            let name = file.file_name().and_then(|name| name.to_str()).expect("a name");
            let text = fs::read_to_string(file).expect("a file");
            // What was run, and is the first commit.
            let run = text.replace("vat_rate      numeric(4,3)", "vat_rate      numeric(5,3)");
            fs::write(folder.join("migrations").join(name), &run).expect("a file");
            self.cluster.run_file("shop", file);
            let (number, title) = name.trim_end_matches(".sql").split_once('_').expect("a version");
            let row = format!(
                "({number}, '{title}', encode(sha256(convert_to($x${run}$x$, 'UTF8')), 'hex'), '2025-01-1{}')",
                number.trim_start_matches("00"),
            );
            let columns = "(version, name, checksum, applied_at)";
            self.cluster.execute("shop", &format!("INSERT INTO schema_migrations {columns} VALUES {row}"));
        }
        self.git(&folder, &["init", "--quiet"]);
        self.git(&folder, &["add", "."]);
        self.git(&folder, &["commit", "--quiet", "--message=the shop"]);
        for file in &files {
            fs::copy(file, folder.join("migrations").join(file.file_name().expect("a name")))
                .expect("a file");
        }
        self.cluster.run_file("shop", &sample.join("drift/prod.sql"));
        self
    }

    /// The folder in which the commands run.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().join("home/ann/app")
    }

    /// The environment of the commands, and nothing else.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let servers = newest_binaries();
        let (home, bin) = (self.folder.path().join("home/ann"), self.folder.path().join("bin"));
        let mut all = vec![
            ("PATH", format!("{}:{}:{}", bin.display(), servers.display(), path.to_string_lossy())),
            ("HOME", home.display().to_string()),
            ("USER", "ann".to_owned()),
            ("LANG", "C.UTF-8".to_owned()),
            ("PLATFORM_URL", self.url("platform")),
            ("PROD_URL", self.url("prod")),
            ("SHOP_URL", self.url("shop")),
            ("GIT_AUTHOR_NAME", "Ann".to_owned()),
            ("GIT_AUTHOR_EMAIL", "ann@example.org".to_owned()),
            ("GIT_COMMITTER_NAME", "Ann".to_owned()),
            ("GIT_COMMITTER_EMAIL", "ann@example.org".to_owned()),
            ("GIT_CONFIG_NOSYSTEM", "1".to_owned()),
        ];
        let kept = ["TMPDIR", "SCHEMASCOPE_PG_BIN"];
        all.extend(
            kept.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?.to_str()?.to_owned()))),
        );
        all
    }

    /// What was printed, with the folder and the server as a page shows them.
    pub fn as_shown(&self, printed: &str) -> String {
        let folder = self.folder();
        let server = self.cluster.folder().display().to_string();
        printed
            .replace(&folder.display().to_string(), FOLDER)
            .replace(&folder.parent().unwrap_or(&folder).display().to_string(), "/home/ann")
            .replace(&server, "/run/postgresql")
            .replace(&server.replace('/', "%2F"), "%2Frun%2Fpostgresql")
            .replace(&self.cluster.port().to_string(), "5432")
    }

    fn git(&self, folder: &Path, arguments: &[&str]) {
        let mut git = Command::new("git");
        let done = git.args(arguments).current_dir(folder).env_clear().envs(self.environment()).status();
        assert!(done.expect("git can be run").success(), "git {arguments:?}");
    }

    fn url(&self, database: &str) -> String {
        self.cluster.url(database).replace("postgres@", "ann@")
    }
}

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-schemas").join(name)
}
