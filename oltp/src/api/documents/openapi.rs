//! The description of the document routes: what hangs on records is printed once per object.

use catalog::{Catalog, ObjectDef};
use utoipa::{
    OpenApi as _,
    openapi::{OpenApi, path::Operation},
};

use crate::documents::{Document, DocumentChanges, DocumentPage, DocumentVersion, NewLink, SignedLink};

/// The address that stands for all of them in [`Description`].
const TEMPLATE: &str = "/api/{table}/{id}/documents";

#[derive(utoipa::OpenApi)]
#[openapi(
    paths(
        super::list_of_record,
        super::attach,
        super::list,
        super::read,
        super::change,
        super::remove,
        super::restore,
        super::erase,
        super::versions,
        super::add_version,
        super::remove_version,
        super::link,
        super::content::download,
        super::content::open_link
    ),
    components(schemas(
        Document,
        DocumentPage,
        DocumentVersion,
        DocumentChanges,
        NewLink,
        SignedLink,
        super::VersionList,
        super::upload::UploadForm
    )),
    tags((name = "Documents", description = "Files attached to records: versions, folders, links."))
)]
struct Description;

/// Every operation on documents.
pub fn openapi(catalog: &Catalog) -> OpenApi {
    let mut openapi = Description::openapi();
    let Some(template) = openapi.paths.paths.remove(TEMPLATE) else {
        return openapi;
    };
    for object in &catalog.objects {
        let mut item = template.clone();
        item.get = item.get.map(|operation| named(operation, "list", "Documents", object));
        item.post = item.post.map(|operation| named(operation, "attach", "Document", object));
        openapi.paths.paths.insert(format!("/api/{}/{{id}}/documents", object.table), item);
    }
    openapi
}

fn named(mut operation: Operation, verb: &str, what: &str, object: &ObjectDef) -> Operation {
    let name: String = object.name.split('_').map(super::super::records::capitalised).collect();
    operation.operation_id = Some(format!("{verb}{name}{what}"));
    operation.tags = Some(vec![object.plural_label.clone()]);
    operation
}
