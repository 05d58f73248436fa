//! An operation, as the gate knows it: read off the document.

use std::collections::HashMap;

use axum::http::Method;
use serde_json::{Map, Value};
use utoipa::openapi::PathItem;

use crate::Module;
use crate::module::Permission;

/// One operation of the document, as the gate enforces it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// `grid_incident_report`
    pub id: String,
    pub module: &'static str,
    pub method: Method,
    /// The template: `/api/v1/places/{place}/grid/incidents`.
    pub path: String,
    pub access: Access,
    /// What its body may weigh in bytes, where that is more than others carry.
    pub largest_body: Option<usize>,
}

/// The extension of an operation whose body may weigh more than the setting `server.body_limit_kb` lets others: in bytes.
pub const LARGEST_BODY: &str = "x-largest-body";

/// Who may call an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody; on the module's short public list.
    Public,
    /// Anybody with an account, for what is their own.
    SignedIn,
    /// Who holds the permission at the place.
    Permission(&'static str),
}

impl Operation {
    pub fn reads(&self) -> bool {
        self.method == Method::GET || self.method == Method::HEAD
    }

    pub fn has_place(&self) -> bool {
        self.path.contains("{place}")
    }
}

/// What the body of an operation may weigh, where its document says so.
pub(super) fn largest_body(operation: &utoipa::openapi::path::Operation) -> Option<usize> {
    let said = operation.extensions.as_ref()?.get(LARGEST_BODY)?.as_u64()?;
    usize::try_from(said).ok()
}

/// Who may call an operation, as its `security` says.
pub(super) fn access(
    module: &Module,
    operation: &utoipa::openapi::path::Operation,
    id: &str,
    permissions: &HashMap<&'static str, &'static Permission>,
) -> Result<Access, String> {
    let security = serde_json::to_value(&operation.security).unwrap_or_default();
    let first = security.as_array().and_then(|list| list.first()).and_then(Value::as_object);
    let listed = module.public.contains(&id);
    match first {
        None => Err("names no permission in its `security`".to_owned()),
        Some(scheme) if scheme.is_empty() && listed => Ok(Access::Public),
        Some(scheme) if scheme.is_empty() => Err(format!("is public, but {} does not list it", module.id)),
        Some(_) if listed => Err("is listed as public, but its document says otherwise".to_owned()),
        Some(scheme) => match scopes(scheme).as_slice() {
            [] if module.id == "base" => Ok(Access::SignedIn),
            [one] => match permissions.get_key_value(one.as_str()) {
                Some((id, _)) if id.starts_with(&format!("{}.", module.id)) || module.id == "base" => {
                    Ok(Access::Permission(id))
                }
                Some(_) => Err(format!("names {one}, which is another module's")),
                None => Err(format!("names {one}, which nobody lists")),
            },
            _ => Err("must name exactly one permission".to_owned()),
        },
    }
}

fn scopes(scheme: &Map<String, Value>) -> Vec<String> {
    scheme.values().filter_map(Value::as_array).flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The operations of a path with their methods.
pub fn methods(item: &PathItem) -> Vec<(Method, &utoipa::openapi::path::Operation)> {
    [
        (Method::GET, &item.get),
        (Method::PUT, &item.put),
        (Method::POST, &item.post),
        (Method::DELETE, &item.delete),
        (Method::PATCH, &item.patch),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.as_ref().map(|o| (method, o)))
    .collect()
}
