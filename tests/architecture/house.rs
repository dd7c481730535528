//! The house as it stands: every module of `src`, and what each of its paths leads to.
//!
//! A path is followed to the module that defines the thing: through names that `use` items bind, and through what a module
//! passes on (`pub use`). So an import by way of a parent counts as the import that it is.

use std::collections::BTreeMap;
use std::fs;
use std::sync::LazyLock;

use crate::paths::{Path, Reading};

/// Under this name, the binary imports the library.
const OWN_NAME: &str = "ringback";
/// No chain of imports that pass a name on is this long, unless it runs in a circle.
const LONGEST_CHAIN: usize = 16;

/// The house that stands in `src`.
pub(crate) static HOUSE: LazyLock<House> = LazyLock::new(House::read);

/// All modules.
pub(crate) struct House {
    modules: BTreeMap<Path, Module>,
    /// The crates that a path may begin with.
    crates: Vec<String>,
}

/// One module.
pub(crate) struct Module {
    /// Its file, below `src`.
    pub(crate) file: String,
    /// What it says.
    pub(crate) reading: Reading,
}

/// A path of one module that leads to something.
pub(crate) struct Import<'a> {
    /// The module that names it.
    pub(crate) from: &'a Path,
    /// Its file.
    pub(crate) file: &'a str,
    /// As it is written.
    pub(crate) written: &'a Path,
    /// Where it leads.
    pub(crate) to: Target,
}

/// Where a path leads.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// To a module of ours.
    Module(Path),
    /// To something of another crate, of which the first segment is the name.
    Crate(Path),
}

impl Import<'_> {
    /// For a message.
    pub(crate) fn told(&self) -> String {
        format!("{}: {}", self.file, self.written.join("::"))
    }
}

impl House {
    fn read() -> Self {
        let root = crate::root();
        let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap().parse::<toml::Table>().unwrap();
        let dependencies = manifest["dependencies"].as_table().unwrap().keys();
        let crates = dependencies.map(|name| name.replace('-', "_")).collect();
        Self::of(|file| fs::read_to_string(root.join("src").join(file)).ok(), crates)
    }

    /// The house that these files make, from `lib.rs` and `main.rs` on.
    pub(crate) fn of(text: impl Fn(&str) -> Option<String>, mut crates: Vec<String>) -> Self {
        crates.extend(["std", "core", "alloc"].map(str::to_owned));
        let mut house = Self { modules: BTreeMap::new(), crates };
        for (at, file) in [(vec![], "lib.rs"), (vec!["main".to_owned()], "main.rs")] {
            if let Some(found) = text(file) {
                house.add(at, file, Reading::of(&found), &text);
            }
        }
        house
    }

    fn add(&mut self, at: Path, file: &str, mut reading: Reading, text: &impl Fn(&str) -> Option<String>) {
        for (name, inside) in std::mem::take(&mut reading.inline) {
            self.add(child(&at, &name), file, inside, text);
        }
        for name in &reading.declared {
            let below = child(&at, name);
            let stem = below.join("/");
            let candidates = [format!("{stem}.rs"), format!("{stem}/mod.rs")];
            let (file, found) = candidates.iter().find_map(|file| Some((file, text(file)?))).expect("it was compiled");
            self.add(below, file, Reading::of(&found), text);
        }
        self.modules.insert(at, Module { file: file.to_owned(), reading });
    }

    /// Every module, by its path.
    pub(crate) fn modules(&self) -> impl Iterator<Item = (&Path, &Module)> {
        self.modules.iter()
    }

    /// Every path that leads to a module or to a crate.
    pub(crate) fn imports(&self) -> impl Iterator<Item = Import<'_>> {
        self.modules().flat_map(move |(from, module)| {
            // A name alone leads where the `use` item leads that binds it.
            let paths = module.reading.uses.iter().chain(&module.reading.paths).filter(|path| path.len() > 1);
            let resolved = paths.filter_map(move |written| Some((written, self.target(from, written)?)));
            resolved.map(move |(written, to)| Import { from, file: &module.file, written, to })
        })
    }

    /// Where a path leads that is written in the module `at`.
    pub(crate) fn target(&self, at: &Path, written: &Path) -> Option<Target> {
        let (mut at, mut rest) = (at.clone(), written.clone());
        for _ in 0..LONGEST_CHAIN {
            let first = rest.first()?.clone();
            let bound = self.modules[&at].reading.bound.get(&first);
            match first.as_str() {
                "crate" => at = Vec::new(),
                OWN_NAME if at == ["main"] => at = Vec::new(),
                "self" => {}
                "super" => drop(at.pop()),
                _ if self.modules.contains_key(&child(&at, &first)) => at.push(first),
                _ if bound.is_some() => {
                    rest = bound.into_iter().flatten().chain(&rest[1..]).cloned().collect();
                    continue;
                }
                _ if self.is_crate(&first) && rest.len() > 1 => return Some(Target::Crate(rest)),
                _ => return None,
            }
            rest.remove(0);
            return self.below(at, rest);
        }
        None
    }

    /// Where a path leads whose first segment led to the module `at`.
    fn below(&self, mut at: Path, rest: Path) -> Option<Target> {
        let mut rest = rest.into_iter().peekable();
        while let Some(segment) = rest.peek() {
            if segment == "super" {
                at.pop();
            } else if self.modules.contains_key(&child(&at, segment)) {
                at.push(segment.clone());
            } else if self.modules[&at].reading.bound.contains_key(segment) {
                return self.target(&at, &rest.collect());
            } else {
                break;
            }
            rest.next();
        }
        Some(Target::Module(at))
    }

    fn is_crate(&self, name: &str) -> bool {
        self.crates.iter().any(|known| known == name)
    }
}

fn child(at: &Path, name: &str) -> Path {
    at.iter().map(String::as_str).chain([name]).map(str::to_owned).collect()
}
