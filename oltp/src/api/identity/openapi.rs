//! The description of the identity routes, and of passwords among the fields of people.

use utoipa::{
    OpenApi as _,
    openapi::{
        OpenApi, RefOr, Schema,
        schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type},
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "Leadhouse records and identity"),
    paths(
        super::register,
        super::login,
        super::me,
        super::tokens,
        super::create_token,
        super::revoke_token,
        super::mailed::confirm,
        super::mailed::resend,
        super::mailed::forgot,
        super::mailed::reset,
        super::mailed::accept,
        super::mailed::invite,
        super::mailed::invite_again,
        super::sessions::refresh,
        super::sessions::logout,
        super::sessions::sessions,
        super::sessions::end_sessions,
        super::sessions::end_session,
        super::sessions::end_sessions_of,
        super::second_factor::standing,
        super::second_factor::enrol,
        super::second_factor::confirm,
        super::second_factor::renew,
        super::second_factor::remove,
        super::second_factor::remove_of,
        super::elsewhere::providers,
        super::elsewhere::start,
        super::elsewhere::callback,
        super::elsewhere::by_id_token,
        super::elsewhere::identities,
        super::elsewhere::unlink,
        super::profile::set_preferences,
        super::profile::activity,
        super::profile::avatar,
        super::profile::set_avatar,
        super::profile::remove_avatar
    ),
    tags((name = "Identity", description = "Signing up, signing in, sessions, the second factor, API tokens."))
)]
struct Description;

/// The routes below `/api/auth` and the security scheme of all others.
pub(in crate::api) fn openapi() -> OpenApi {
    let mut openapi = Description::openapi();
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    openapi.components.get_or_insert_default().security_schemes.insert("bearer".to_owned(), RefOr::T(bearer));
    openapi
}

/// The same with passwords in the bodies that create and change people.
pub(in crate::api) fn with_passwords(mut openapi: OpenApi) -> OpenApi {
    let schemas = &mut openapi.components.get_or_insert_default().schemas;
    if let Some(RefOr::T(Schema::Object(new))) = schemas.get_mut("NewUser") {
        new.properties.insert("password".to_owned(), secret("At least 10 characters, without the username."));
        new.required.push("password".to_owned());
    }
    if let Some(RefOr::T(Schema::Object(changes))) = schemas.get_mut("UserChanges") {
        changes.properties.insert("password".to_owned(), secret("A new password; it ends every open session."));
        let current = secret("The password so far; needed to change one's own.");
        changes.properties.insert("current_password".to_owned(), current);
    }
    openapi
}

fn secret(description: &str) -> RefOr<Schema> {
    let password = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Password)))
        .description(Some(description))
        .write_only(true);
    RefOr::T(password.into())
}

#[cfg(test)]
mod tests {
    #[test]
    fn signing_in_is_open_and_everything_else_is_not() {
        let openapi = serde_json::to_value(crate::api::openapi(&catalog::Catalog::standard())).expect("JSON");
        let paths = openapi["paths"].as_object().expect("paths").iter();
        let operations = paths.flat_map(|(path, item)| {
            let operations = item.as_object().expect("operations").iter();
            operations.map(move |(method, operation)| (format!("{method} {path}"), operation))
        });

        let open: Vec<String> = operations
            .filter(|(_, operation)| operation["security"].as_array().is_none_or(Vec::is_empty))
            .map(|(name, _)| name)
            .collect();

        let names = [
            "post confirm",
            "post confirm/resend",
            "post forgot",
            "post invitation",
            "post login",
            "post oauth/{provider}",
            "post oidc/{provider}/callback",
            "get oidc/{provider}/start",
            "get providers",
            "post refresh",
            "post register",
            "post reset",
        ];
        let signing_in = names.map(|name| name.replacen(' ', " /api/auth/", 1));
        // The signed link in a mail says who it is about.
        let leaving = ["get", "post"].map(|method| format!("{method} /api/unsubscribe/{{token}}"));
        assert_eq!(open, [signing_in.as_slice(), leaving.as_slice()].concat());
        let user = &openapi["components"]["schemas"]["NewUser"];
        assert!(user["properties"]["password"].is_object() && user["required"].to_string().contains("password"));
        assert_eq!(openapi["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
    }
}
