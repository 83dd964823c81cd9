//! Style, scripts, icon: part of the binary, served under a path that changes with their content, so that a browser may keep them.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use sha2::{Digest as _, Sha256};

use crate::error::Error;

struct Asset {
    name: &'static str,
    media_type: &'static str,
    content: &'static [u8],
}

const ASSETS: [Asset; 4] = [
    Asset {
        name: "console.css",
        media_type: "text/css; charset=utf-8",
        content: include_bytes!("../../assets/console.css"),
    },
    Asset {
        name: "console.js",
        media_type: "text/javascript; charset=utf-8",
        content: include_bytes!("../../assets/console.js"),
    },
    Asset {
        // htmx 4.0.1 (Zero-Clause BSD), as published; a test knows its checksum.
        name: "htmx.js",
        media_type: "text/javascript; charset=utf-8",
        content: include_bytes!("../../assets/htmx-4.0.1.min.js"),
    },
    Asset { name: "icon.svg", media_type: "image/svg+xml", content: include_bytes!("../../assets/icon.svg") },
];

/// Names this content; one for all assets, as they are released together.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let all = ASSETS.iter().fold(Sha256::new(), |hash, asset| hash.chain_update(asset.content));
    all.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
});

const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Where an asset is.
pub(super) fn path(name: &str) -> String {
    format!("/assets/{}/{name}", *VERSION)
}

/// An asset. One of another version is answered with what there is now, and not kept: a page from before an update asks for it.
pub(super) async fn read(Path((version, name)): Path<(String, String)>) -> Result<Response, Error> {
    let asset = ASSETS.iter().find(|asset| asset.name == name);
    let asset = asset.ok_or_else(|| Error::NotFound(format!("there is no asset {name}")))?;
    let mut response = ([(header::CONTENT_TYPE, asset.media_type)], asset.content).into_response();
    if version == *VERSION {
        response.headers_mut().insert(header::CACHE_CONTROL, KEPT);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn htmx_is_the_published_release() {
        let htmx = ASSETS.iter().find(|asset| asset.name == "htmx.js").unwrap();
        let hash: String = Sha256::digest(htmx.content).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hash, "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130");
    }
}
