//! The parameters that a sender's URL has, in their order: those of the endpoint's template, or of each list that the dialect
//! appends to a bare URL.

use super::ground::Ground;

/// A parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) name: String,
    /// Its value, where that is always the same.
    pub(super) fixed: Option<String>,
}

/// Every order that may have been sent; none where neither template nor list is known.
pub(super) fn orders(ground: &Ground<'_>) -> Vec<Vec<Member>> {
    let (recipe, template) = (ground.seen.recipe, ground.seen.template.as_deref());
    let signature = ground.signature;
    let is_carrier = |name: &str| signature.query_parameter() == Some(name);
    let own: Vec<Member> = template
        .iter()
        .flat_map(|template| template.parameters())
        .map(|parameter| Member { name: parameter.decoded_name(), fixed: None })
        .collect();
    let member = |name: &str, fixed: &Option<String>| Member { name: name.to_owned(), fixed: fixed.clone() };
    let appended = recipe.appended().iter().chain(&signature.appended);
    let last: Vec<Member> =
        appended.filter(|item| !is_carrier(&item.name)).map(|item| member(&item.name, &item.fixed)).collect();
    let with = |list: Vec<Member>| [own.clone(), list, last.clone()].concat();
    if template.is_some_and(|template| !template.is_bare()) {
        return vec![with(Vec::new())];
    }
    let listed = recipe.parameter_lists();
    let lists: Vec<Vec<Member>> =
        listed.map(|(_, items)| items.iter().map(|item| member(&item.name, &item.fixed)).collect()).collect();
    lists.into_iter().map(with).collect()
}
