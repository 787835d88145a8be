//! The real loop and the real world, on files, without a tty.

use std::{collections::BTreeMap, convert::Infallible, path::Path};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::backend::TestBackend;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::*;
use crate::{
    dialect::postgres::connect::Environment,
    diff::Rules,
    model::Snapshot,
    scratch,
    source::{LoadOptions, Source, history::History},
    tui::{
        Target,
        harness::text_of,
        keymap::{Key, Keymap},
        message::Written,
        sample,
        state::{State, side::Reading},
        world::Sources,
    },
};

/// A device that only counts how often it was put to sleep.
struct Sleeps(usize);

impl Device<TestBackend> for &mut Sleeps {
    fn suspend(&mut self, _: &mut Terminal<TestBackend>) -> Result<(), Infallible> {
        self.0 += 1;
        Ok(())
    }

    fn take_mouse(&mut self, _: bool) -> Result<(), Infallible> {
        Ok(())
    }

    fn run(
        &mut self,
        _: &mut Terminal<TestBackend>,
        command: &mut Command,
        _: &str,
    ) -> Result<Ended, Infallible> {
        Ok(command.status().map(drop).map_err(|error| error.to_string()))
    }
}

/// Keys that come from a channel.
struct Typed(UnboundedReceiver<Event>);

impl Events for Typed {
    fn pause(&mut self) {}
    fn resume(&mut self) {}
}

impl Stream for Typed {
    type Item = std::io::Result<Event>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|event| event.map(Ok))
    }
}

fn inventory(folder: &Path, name: &str, snapshot: &Snapshot) -> Result<Source, String> {
    let path = folder.join(name);
    let snapshot = Snapshot { format: crate::model::FORMAT, ..snapshot.clone() };
    std::fs::write(&path, serde_json::to_string(&snapshot).unwrap()).unwrap();
    Ok(Source::Inventory(path))
}

fn keys(sender: &UnboundedSender<Event>, keys: &str) {
    for key in keys.split_whitespace() {
        sender.send(Event::Key(Key::parse(key).unwrap().event())).unwrap();
    }
}

fn text(sender: &UnboundedSender<Event>, text: &str) {
    for c in text.chars() {
        sender.send(Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE))).unwrap();
    }
}

#[tokio::test]
async fn files_are_read_compared_selected_and_written_by_the_real_loop() {
    let folder = tempfile::tempdir().unwrap();
    let written = folder.path().join("out.sql");
    let sources = Sources {
        canonical: inventory(folder.path(), "canonical.json", &sample::canonical()),
        targets: vec![
            Target::new("live".to_owned(), inventory(folder.path(), "live.json", &sample::live())),
            Target::new("gone".to_owned(), Err("There is no such thing.\nName another.".to_owned())),
        ],
        load: LoadOptions {
            scratch: scratch::Options {
                choice: scratch::Choice::Local,
                program: "no-program".into(),
                cache: None,
            },
            dialect: None,
            major: None,
            roles: false,
            sizes: false,
        },
        others: Vec::new(),
        rules: Rules::default(),
        baseline_file: folder.path().join("baseline.toml"),
        history: History::new(folder.path().to_owned(), 0),
        environment: Environment::new(BTreeMap::new(), None, None),
        now: || 0,
    };
    let setups = sources.targets.iter().map(Target::setup).collect();
    let now = std::time::Instant::now();
    let mut state = State::new((120, 40), "canonical".to_owned(), setups, Keymap::default(), now);
    state.proves_by_itself = false;

    let (world_sender, mut from_world) = unbounded_channel::<Message>();
    let (to_loop, messages) = unbounded_channel();
    let (press, pressed) = unbounded_channel();
    let path = written.to_str().unwrap().to_owned();
    // The user waits for what is on the screen: here, for the message that brings it there.
    let user = tokio::spawn(async move {
        let mut asked = false;
        while let Some(message) = from_world.recv().await {
            let seen = message.clone();
            if to_loop.send(message).is_err() {
                return;
            }
            match seen {
                Message::Detailed { .. } if !asked => {
                    asked = true;
                    keys(&press, "ctrl-z a");
                }
                Message::Planned { plan, .. } if !plan.is_empty() => {
                    keys(&press, "w ctrl-u");
                    text(&press, &path);
                    keys(&press, "enter");
                }
                // The question may still be open when the first comes, and takes it then.
                Message::Written(Written::Done(_)) => keys(&press, "ctrl-c ctrl-c"),
                _ => {}
            }
        }
    });
    let events = Typed(pressed);
    let mut sleeps = Sleeps(0);
    let mut runtime = Runtime {
        terminal: Terminal::new(TestBackend::new(120, 40)).unwrap(),
        device: &mut sleeps,
        events,
        messages,
        world: World::new(sources, world_sender),
        theme: Theme::default(),
        themes: Themes::default(),
        colors: Colors::True,
    };
    let ended = timeout(Duration::from_secs(60), runtime.run(&mut state, std::future::pending())).await;
    let screen = text_of(runtime.terminal.backend().buffer());
    ended.unwrap_or_else(|_| panic!("the user waits in vain:\n{screen}")).unwrap();
    drop(runtime);
    user.abort();

    assert_eq!(sleeps.0, 1);
    assert!(
        matches!(&state.targets[1].side.reading, Reading::Failed { hint: Some(hint), .. } if hint == "Name another.")
    );
    let sql = std::fs::read_to_string(&written).unwrap();
    assert!(sql.starts_with("-- This SQL changes live so that it matches canonical."), "{sql}");
    assert!(sql.contains("CREATE TABLE public.invoices") && !sql.contains("DROP"), "{sql}");
}
