//! The same work on many objects, done on all processors.

use std::{num::NonZero, panic, thread};

/// So many objects are worth a thread.
const PIECE: usize = 4096;

/// Works on some thousand items after the other, on several at the same time, and takes what comes of
/// them in their order.
///
/// # Errors
/// What taking says; nothing is taken after it.
pub fn in_pieces<I: Sync, T: Send, E>(
    items: &[I],
    work: impl Fn(&[I]) -> T + Sync,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    for round in items.chunks(PIECE * processors) {
        let done: Vec<T> = thread::scope(|scope| {
            let (first, others) = round.split_at(PIECE.min(round.len()));
            let others: Vec<_> = others.chunks(PIECE).map(|piece| scope.spawn(|| work(piece))).collect();
            let mut done = vec![work(first)];
            done.extend(
                others
                    .into_iter()
                    .map(|other| other.join().unwrap_or_else(|panic| panic::resume_unwind(panic))),
            );
            done
        });
        done.into_iter().try_for_each(&mut take)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn sums(items: &[usize]) -> Vec<usize> {
        let mut sums = Vec::new();
        let take = |sum| -> Result<(), Infallible> {
            sums.push(sum);
            Ok(())
        };
        in_pieces(items, |piece| piece.iter().sum(), take).unwrap();
        sums
    }

    #[test]
    fn every_item_is_worked_on_once_and_in_order() {
        assert!(sums(&[]).is_empty());
        assert_eq!(sums(&[1, 2]), [3]);
        let many: Vec<usize> = (0..PIECE * 21 + 1).collect();
        let expected: Vec<usize> = many.chunks(PIECE).map(|piece| piece.iter().sum()).collect();
        assert_eq!(sums(&many), expected);
    }

    #[test]
    fn nothing_is_taken_after_an_error() {
        let mut taken = 0;
        let refused = in_pieces(&vec![1; PIECE * 3], <[i32]>::len, |_| {
            taken += 1;
            Err("full")
        });
        assert_eq!((refused, taken), (Err("full"), 1));
    }
}
