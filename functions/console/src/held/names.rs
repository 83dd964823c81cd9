//! What is held, with names in the place of ids.

use super::View;
use crate::Deps;
use crate::error::Error;
use crate::wording;

/// Puts them in.
pub(super) async fn put(deps: &Deps, page: &mut [View]) -> Result<(), Error> {
    let items: Vec<String> = page.iter().filter_map(|view| Some(view.quota.as_ref()?.item.to_string())).collect();
    let mut said: Vec<&str> = items.iter().map(String::as_str).collect();
    for view in &*page {
        said.extend([view.reason.as_str(), view.what.as_str()]);
        said.extend(view.accounts.iter().filter_map(|named| named.what.as_deref()));
    }
    let names = wording::names_in(deps, &said).await?;
    for view in page {
        view.reason = names.put(&view.reason);
        view.what = names.put(&view.what);
        for named in &mut view.accounts {
            named.what = named.what.as_deref().map(|what| names.put(what));
        }
        if let Some(quota) = &mut view.quota {
            quota.label = names.label(&quota.item);
        }
    }
    Ok(())
}
