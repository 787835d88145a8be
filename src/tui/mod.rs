//! The terminal: messages in, effects and frames out.
