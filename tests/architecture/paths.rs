//! Reads one source file: which paths it names, which names its `use` items bind, which modules it declares.
//!
//! Counted are `use` items with their groups, paths in types, expressions and patterns, and paths inside of macros and
//! attributes, which the parser leaves as tokens. Not counted is whatever is compiled for tests alone.

use std::collections::{BTreeMap, BTreeSet};

use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::visit::{self, Visit};
use syn::{
    Attribute, ExprField, Ident, Item, ItemMod, ItemUse, LitStr, Macro, Member, Meta, MetaList, Token, UseTree,
    VisRestricted, token,
};

/// A path as it is written, segment by segment.
pub(crate) type Path = Vec<String>;

/// What one module says, without the modules inside of it.
#[derive(Default)]
pub(crate) struct Reading {
    /// Every path that its `use` items end in; of a glob, the module.
    pub(crate) uses: BTreeSet<Path>,
    /// Every other path that it names.
    pub(crate) paths: BTreeSet<Path>,
    /// What its `use` items bind: a name, and the path that it stands for.
    pub(crate) bound: BTreeMap<String, Path>,
    /// The modules that it declares and leaves to files of their own.
    pub(crate) declared: Vec<String>,
    /// The modules that it writes out.
    pub(crate) inline: Vec<(String, Reading)>,
    /// Every name and every literal text, for rules about words.
    pub(crate) words: BTreeSet<String>,
    /// Every field that is reached into by its name.
    pub(crate) fields: BTreeSet<String>,
}

impl Reading {
    /// Reads a file.
    pub(crate) fn of(text: &str) -> Self {
        let file = syn::parse_file(text).expect("the compiler has read it too");
        let mut reading = Self::default();
        file.items.iter().for_each(|item| reading.visit_item(item));
        reading
    }

    fn name(&mut self, path: Path) {
        self.words.extend(path.iter().cloned());
        self.paths.insert(path);
    }

    fn import(&mut self, path: Path) {
        self.words.extend(path.iter().cloned());
        self.uses.insert(path);
    }

    /// Reads a tree of a `use` item, of which the path up to here is known.
    fn bind(&mut self, mut so_far: Path, tree: &UseTree) {
        let (bound, segment) = match tree {
            UseTree::Path(path) => {
                so_far.push(path.ident.to_string());
                return self.bind(so_far, &path.tree);
            }
            UseTree::Group(group) => return group.items.iter().for_each(|item| self.bind(so_far.clone(), item)),
            UseTree::Glob(_) => return self.import(so_far),
            UseTree::Rename(rename) => (rename.rename.to_string(), rename.ident.to_string()),
            UseTree::Name(name) => (name.ident.to_string(), name.ident.to_string()),
        };
        let bound = match (segment.as_str(), so_far.last()) {
            ("self", Some(module)) if bound == "self" => module.clone(),
            _ => bound,
        };
        if segment != "self" {
            so_far.push(segment);
        }
        // `use hex;` binds what is bound already.
        if so_far != [bound.as_str()] {
            self.bound.insert(bound, so_far.clone());
        }
        self.import(so_far);
    }

    /// The paths among tokens that nobody has parsed.
    fn scan(&mut self, tokens: ParseStream<'_>) -> syn::Result<()> {
        while !tokens.is_empty() {
            if tokens.peek(token::Paren) {
                let inside;
                syn::parenthesized!(inside in tokens);
                self.scan(&inside)?;
            } else if tokens.peek(token::Brace) {
                let inside;
                syn::braced!(inside in tokens);
                self.scan(&inside)?;
            } else if tokens.peek(token::Bracket) {
                let inside;
                syn::bracketed!(inside in tokens);
                self.scan(&inside)?;
            } else if tokens.peek(LitStr) {
                self.words.insert(tokens.parse::<LitStr>()?.value());
            } else if tokens.peek(Ident::peek_any) {
                let mut path = vec![tokens.call(Ident::parse_any)?.to_string()];
                while tokens.peek(Token![::]) && tokens.peek3(Ident::peek_any) {
                    tokens.parse::<Token![::]>()?;
                    path.push(tokens.call(Ident::parse_any)?.to_string());
                }
                self.name(path);
            } else {
                tokens.step(|cursor| {
                    cursor.token_tree().map(|(_, rest)| ((), rest)).ok_or_else(|| cursor.error("no token"))
                })?;
            }
        }
        Ok(())
    }
}

impl<'ast> Visit<'ast> for Reading {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Mod(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            _ => return visit::visit_item(self, item),
        };
        if !attributes.iter().any(is_for_tests) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let name = item.ident.to_string();
        match &item.content {
            None => self.declared.push(name),
            Some((_, items)) => {
                let mut inside = Self::default();
                items.iter().for_each(|item| inside.visit_item(item));
                self.inline.push((name, inside));
            }
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.bind(Vec::new(), &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.name(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'ast Macro) {
        self.visit_path(&called.path);
        let scan = |tokens: ParseStream<'_>| self.scan(tokens);
        scan.parse2(called.tokens.clone()).expect("tokens are no more than tokens");
    }

    fn visit_meta_list(&mut self, list: &'ast MetaList) {
        let scan = |tokens: ParseStream<'_>| self.scan(tokens);
        scan.parse2(list.tokens.clone()).expect("tokens are no more than tokens");
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if !attribute.path().is_ident("doc") {
            self.visit_meta(&attribute.meta);
        }
    }

    fn visit_ident(&mut self, ident: &'ast Ident) {
        self.words.insert(ident.to_string());
    }

    fn visit_expr_field(&mut self, reached: &'ast ExprField) {
        if let Member::Named(name) = &reached.member {
            self.fields.insert(name.to_string());
        }
        visit::visit_expr_field(self, reached);
    }

    fn visit_lit_str(&mut self, text: &'ast LitStr) {
        self.words.insert(text.value());
    }

    /// `pub(in crate::store)` says who may import, and imports nothing.
    fn visit_vis_restricted(&mut self, _: &'ast VisRestricted) {}
}

fn is_for_tests(attribute: &Attribute) -> bool {
    let Meta::List(list) = &attribute.meta else { return false };
    list.path.is_ident("cfg") && list.parse_args::<Ident>().is_ok_and(|condition| condition == "test")
}

#[test]
fn the_reader_sees_groups_renames_macros_and_attributes_but_no_tests() {
    let reading = Reading::of(
        r"
        use crate::{store, domain::{self, time::Timestamp as Instant}};
        use super::page::*;
        mod child;
        mod here { use super::child; }
        #[derive(diesel::Queryable)]
        struct Row(super::words::Word);
        pub(in crate::web) fn f() { json!({ ids: [crate::random::new_id(1)], rest: super::super::other::<u8>() }) }
        #[cfg(test)]
        mod tests { use crate::cli; }
        #[cfg(test)]
        fn only_there() { crate::bench::run(); }
        ",
    );
    let told = |paths: &BTreeSet<Path>| {
        let longer = paths.iter().filter(|path| path.len() > 1);
        longer.map(|path| path.join("::")).collect::<Vec<_>>().join(" ")
    };
    let uses = "crate::domain crate::domain::time::Timestamp crate::store super::page";
    let rest = "crate::random::new_id diesel::Queryable super::super::other super::words::Word";
    assert_eq!((told(&reading.uses).as_str(), told(&reading.paths).as_str()), (uses, rest));
    assert_eq!(reading.bound["Instant"].join("::"), "crate::domain::time::Timestamp");
    assert_eq!(reading.bound["domain"].join("::"), "crate::domain");
    assert_eq!((reading.declared, reading.inline.len()), (vec!["child".to_owned()], 1));
}
