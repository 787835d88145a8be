//! Whether the terminal's background is dark or light: asking, and hearing the answer.
//!
//! The question is xterm's `OSC 11 ; ?` (xterm control sequences, "Operating System Commands"). Not
//! every terminal answers, and over a slow line the answer comes late, so nothing waits for it: it is
//! picked out of the keys that it arrives among.

use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll},
};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use futures_util::Stream;

use super::runtime::Events;

/// The question.
pub const QUESTION: &str = "\x1b]11;?\x1b\\";

/// How an answer begins, once the keyboard's reader has taken its `ESC ]` for Alt-].
const ANSWER: &str = "11;";
/// Longer than any answer.
const LONGEST: usize = 40;

/// What the terminal's background is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Background {
    /// Bright text is read on it.
    Dark,
    /// Dark text is read on it.
    Light,
}

/// Events without the answer among them, which is told to `tell` instead.
pub struct Hearing<E, F> {
    events: E,
    tell: F,
    heard: bool,
    /// What may be the beginning of the answer.
    held: Vec<Event>,
    ready: VecDeque<Event>,
}

impl<E, F> Hearing<E, F> {
    /// Listens to events for the answer to a question that was asked.
    pub fn new(events: E, asked: bool, tell: F) -> Self {
        Hearing { events, tell, heard: !asked, held: Vec::new(), ready: VecDeque::new() }
    }
}

impl<E, F> Hearing<E, F>
where
    F: FnMut(Background),
{
    fn take(&mut self, event: Event) {
        let text: String = self.held.iter().skip(1).filter_map(character).collect();
        match (self.held.is_empty(), &event) {
            (true, Event::Key(key)) if is_alt(key, ']') => self.held.push(event),
            (false, Event::Key(key)) if text.starts_with(ANSWER) && ends(key) => {
                self.heard = true;
                self.held.clear();
                if let Some(background) = background_of(&text) {
                    (self.tell)(background);
                }
            }
            (false, Event::Key(key)) if text.len() < LONGEST && goes_on(&text, key) => self.held.push(event),
            _ => {
                self.ready.extend(self.held.drain(..));
                self.ready.push_back(event);
            }
        }
    }
}

impl<E, F> Events for Hearing<E, F>
where
    E: Events,
    F: FnMut(Background) + Unpin,
{
    fn pause(&mut self) {
        self.events.pause();
    }

    fn resume(&mut self) {
        self.events.resume();
    }
}

impl<E, F> Stream for Hearing<E, F>
where
    E: Stream<Item = std::io::Result<Event>> + Unpin,
    F: FnMut(Background) + Unpin,
{
    type Item = std::io::Result<Event>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(event) = this.ready.pop_front() {
                return Poll::Ready(Some(Ok(event)));
            }
            match Pin::new(&mut this.events).poll_next(context) {
                Poll::Ready(Some(Ok(event))) if !this.heard => this.take(event),
                other => return other,
            }
        }
    }
}

fn is_alt(key: &KeyEvent, c: char) -> bool {
    key.code == KeyCode::Char(c) && key.modifiers.contains(KeyModifiers::ALT)
}

/// `ESC \` or a bell end an answer.
fn ends(key: &KeyEvent) -> bool {
    let bell = key.code == KeyCode::Char('g') && key.modifiers.contains(KeyModifiers::CONTROL);
    bell || is_alt(key, '\\')
}

fn goes_on(text: &str, key: &KeyEvent) -> bool {
    let KeyCode::Char(c) = key.code else { return false };
    let held = key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    let fits = match ANSWER.chars().nth(text.len()) {
        Some(expected) => c == expected,
        None => c.is_ascii_alphanumeric() || matches!(c, ':' | '/' | '#'),
    };
    fits && !held
}

fn character(event: &Event) -> Option<char> {
    match event {
        Event::Key(KeyEvent { code: KeyCode::Char(c), .. }) => Some(*c),
        _ => None,
    }
}

/// What `11;rgb:RRRR/GGGG/BBBB` says: each part has one to four hexadecimal digits.
fn background_of(answer: &str) -> Option<Background> {
    let parts = answer.split_once("rgb:").or_else(|| answer.split_once("rgba:"))?.1;
    let part = |text: &str| -> Option<f32> {
        let most = 16_u32.checked_pow(u32::try_from(text.len()).ok()?)?.checked_sub(1)?;
        Some(u32::from_str_radix(text, 16).ok()? as f32 / most as f32)
    };
    let parts: Vec<f32> = parts.split('/').map(part).collect::<Option<_>>()?;
    let [red, green, blue, ..] = parts[..] else { return None };
    // The weights of ITU-R BT.601: what the eye makes of it.
    let brightness = 0.299 * red + 0.587 * green + 0.114 * blue;
    Some(if brightness > 0.5 { Background::Light } else { Background::Dark })
}

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt, stream};

    use super::*;

    fn key(c: char, modifiers: KeyModifiers) -> Event {
        Event::Key(KeyEvent::new(KeyCode::Char(c), modifiers))
    }

    /// What comes of events that are typed like this: `^` is Alt, and `$` is Control, with the next.
    async fn hear(typed: &str) -> (String, Vec<Background>) {
        let mut modifiers = KeyModifiers::NONE;
        let mut events = Vec::new();
        for c in typed.chars() {
            match c {
                '^' => modifiers = KeyModifiers::ALT,
                '$' => modifiers = KeyModifiers::CONTROL,
                c => events.push(Ok(key(c, std::mem::replace(&mut modifiers, KeyModifiers::NONE)))),
            }
        }
        let mut heard = Vec::new();
        let hearing = Hearing::new(stream::iter(events), true, |background| heard.push(background));
        let events: Vec<_> = hearing.collect().await;
        (events.iter().filter_map(|event| character(event.as_ref().unwrap())).collect(), heard)
    }

    #[tokio::test]
    async fn the_answer_is_picked_out_from_between_the_keys() {
        assert_eq!(hear("j^]11;rgb:1e1e/2020/2828^\\k").await, ("jk".into(), vec![Background::Dark]));
        assert_eq!(hear("^]11;rgb:ff/fd/f0$gq").await, ("q".into(), vec![Background::Light]));
        assert_eq!(hear("^]11;?^\\q").await, ("]11;?\\q".to_owned(), vec![]));
    }

    #[tokio::test]
    async fn keys_that_only_look_like_an_answer_are_keys() {
        assert_eq!(hear("^]1j").await, ("]1j".into(), vec![]));
        assert_eq!(hear("11;rgb:ff/ff/ff").await, ("11;rgb:ff/ff/ff".into(), vec![]));
    }

    #[test]
    fn colours_have_parts_of_any_length() {
        assert_eq!(background_of("11;rgb:f/f/f"), Some(Background::Light));
        assert_eq!(background_of("11;rgb:0000/2b2b/3636"), Some(Background::Dark));
        assert_eq!(background_of("11;rgb:"), None);
        assert_eq!(background_of("11;red"), None);
    }
}
