//! The console: what its pages bear and how they look in a headless Chromium, which `tests/run` installs.

mod assets;
mod parts;
