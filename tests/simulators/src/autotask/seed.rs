//! What the database holds at its start.

use serde_json::{Value, json};

use super::hooks;
use super::ids::{CompanyId, ResourceId};
use super::world::{ApiUser, World};
use crate::Seed;

/// The log-in of the integration: user name, secret, integration code.
pub const API_USER: Login =
    Login { user: "api@demo.example", secret: "demo-secret", code: "DEMOINTEGRATIONCODE00000001" };
/// A log-in that acts as [`TECHNICIAN`], so that scripts can do over the documented API what a person does at the screen.
pub const HUMAN_USER: Login =
    Login { user: "human@demo.example", secret: "demo-secret", code: "DEMOINTEGRATIONCODE00000001" };

/// The resource of [`API_USER`].
pub const API_RESOURCE: ResourceId = ResourceId(29_682_880);
/// A technician, who owns the companies.
pub const TECHNICIAN: ResourceId = ResourceId(29_682_885);
/// Another technician.
pub const SECOND_TECHNICIAN: ResourceId = ResourceId(29_682_886);
/// The role in which both technicians take tickets.
pub const TECHNICIAN_ROLE: i64 = 29_682_834;

/// The provider's own company.
pub const OWN_COMPANY: CompanyId = CompanyId(0);
/// The first customer of the demo world; the others follow in the order of [`CUSTOMERS`].
pub const FIRST_CUSTOMER: CompanyId = CompanyId(174);
/// The active customers of the demo world.
pub const CUSTOMERS: [&str; 14] = [
    "Alder & Sons",
    "Birch Dental",
    "Cedar Logistics",
    "Dogwood Law",
    "Elm Street Bakery",
    "Fir Architects",
    "Ginkgo Health",
    "Hazel Travel",
    "Ivy Media",
    "Juniper and Company",
    "Kale Foods",
    "Larch Security",
    "Maple Accounting",
    "Nettle Interiors",
];
/// An inactive customer of the demo world.
pub const INACTIVE_CUSTOMER: CompanyId = CompanyId(188);
/// A vendor of the demo world.
pub const VENDOR: CompanyId = CompanyId(189);

/// The number of the database, as zone discovery tells it.
pub(super) const DATABASE: i64 = 20_264;
/// The user type of API users.
pub(super) const API_USER_TYPE: i64 = 9;

const TECHNICIAN_TYPE: i64 = 1;
const CUSTOMER: i64 = 1;
const VENDOR_TYPE: i64 = 7;
const PRODUCT: i64 = 29_682_950;

/// What a client sends in the three headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Login {
    /// `UserName`.
    pub user: &'static str,
    /// `Secret`.
    pub secret: &'static str,
    /// `ApiIntegrationCode`.
    pub code: &'static str,
}

/// Fills an empty database.
pub(super) fn plant(world: &mut World, seed: Seed) {
    world.users = vec![user(API_USER, API_RESOURCE), user(HUMAN_USER, TECHNICIAN)];
    hooks::offer_fields(world);
    resources(world);
    catalogue(world);
    categories(world);
    put(world, "Companies", OWN_COMPANY.0, company("Demo MSP", CUSTOMER, true));
    for (collection, last) in [
        ("Companies", FIRST_CUSTOMER.0 - 1),
        ("Tickets", 5_100),
        ("TicketNotes", 29_684_100),
        ("TimeEntries", 29_685_100),
    ] {
        world.count_ids_from(World::entity(collection), last);
    }
    if seed == Seed::Demo {
        customers(world);
    }
}

fn user(login: Login, resource: ResourceId) -> ApiUser {
    ApiUser {
        name: login.user.to_owned(),
        secret: login.secret.to_owned(),
        integration_code: login.code.to_owned(),
        resource,
    }
}

fn resources(world: &mut World) {
    let people = [
        (API_RESOURCE, "Integration", "User", API_USER.user, API_USER_TYPE, 7),
        (TECHNICIAN, "Tessa", "Technician", "tessa@demo.example", TECHNICIAN_TYPE, 1),
        (SECOND_TECHNICIAN, "Theo", "Technician", "theo@demo.example", TECHNICIAN_TYPE, 1),
    ];
    for (id, first, last, email, user_type, license) in people {
        let resource = json!({
            "firstName": first, "lastName": last, "email": email, "emailTypeCode": "PRIMARY", "userName": email,
            "hireDate": "2020-01-01T00:00:00Z", "isActive": true, "licenseType": license, "locationID": 1,
            "numberFormat": "X,XXX.XX", "payrollType": 1, "resourceType": "Employee", "userType": user_type,
        });
        put(world, "Resources", id.0, resource);
    }
    let role = json!({ "name": "Technician", "isActive": true, "hourlyFactor": 1.0, "hourlyRate": 100.0, "isSystemRole": false });
    put(world, "Roles", TECHNICIAN_ROLE, role);
    for (row, resource) in [(1, TECHNICIAN), (2, SECOND_TECHNICIAN)] {
        let pair = json!({ "resourceID": resource.0, "roleID": TECHNICIAN_ROLE, "isActive": true, "isDefault": true });
        put(world, "ResourceServiceDeskRoles", row, pair);
        let in_queue = json!({ "resourceID": resource.0, "roleID": TECHNICIAN_ROLE, "isActive": true, "queueID": 8 });
        put(world, "ResourceRoles", row, in_queue);
    }
}

fn catalogue(world: &mut World) {
    for (id, name, use_type) in [(29_682_801, "Remote Support", 1), (29_682_802, "Managed Services", 7)] {
        let code = json!({ "name": name, "isActive": true, "useType": use_type, "billingCodeType": 0, "unitCost": 0.0, "unitPrice": 0.0 });
        put(world, "BillingCodes", id, code);
    }
    let product = json!({ "name": "Protected device", "isActive": true, "isSerialized": false, "productBillingCodeID": 29_682_802 });
    put(world, "Products", PRODUCT, product);
}

fn categories(world: &mut World) {
    for (id, name, is_default) in
        [(2, "Standard (non-editable)", false), (3, "Standard", true), (4, "Monitoring", false)]
    {
        let category = json!({ "name": name, "isActive": true, "isApiOnly": false, "isGlobalDefault": is_default, "displayColorRgb": 1 });
        put(world, "TicketCategories", id, category);
    }
    put(world, "TicketCategoryFieldDefaults", 1, json!({ "ticketCategoryID": 3, "ticketTypeID": 1 }));
    let monitoring = json!({ "ticketCategoryID": 4, "ticketTypeID": 5, "queueID": 8, "priority": 2, "sourceID": 8, "issueTypeID": 11 });
    put(world, "TicketCategoryFieldDefaults", 2, monitoring);
}

fn customers(world: &mut World) {
    for (id, name) in (FIRST_CUSTOMER.0..).zip(CUSTOMERS) {
        put(world, "Companies", id, company(name, CUSTOMER, true));
        let contact = json!({
            "companyID": id, "firstName": "Casey", "lastName": "Contact", "isActive": 1, "primaryContact": true,
            "emailAddress": format!("casey@customer{id}.example"),
        });
        put(world, "Contacts", id, contact);
    }
    put(world, "Companies", INACTIVE_CUSTOMER.0, company("Oak & Partners", CUSTOMER, false));
    put(world, "Companies", VENDOR.0, company("Acronis", VENDOR_TYPE, true));
    for (id, company, title) in [(4_411, FIRST_CUSTOMER.0, "SRV-1"), (4_412, FIRST_CUSTOMER.0 + 1, "SRV-2")] {
        put(world, "ConfigurationItems", id, device(company, title));
    }
}

/// A company's record.
pub(super) fn company(name: &str, company_type: i64, is_active: bool) -> Value {
    json!({
        "companyName": name, "companyType": company_type, "isActive": is_active, "ownerResourceID": TECHNICIAN.0,
        "phone": "+1 555 0100", "createDate": "2024-01-15T09:00:00Z", "lastActivityDate": "2024-01-15T09:00:00Z",
    })
}

/// A device's record.
pub(super) fn device(company: i64, title: &str) -> Value {
    json!({ "companyID": company, "referenceTitle": title, "productID": PRODUCT, "isActive": true, "configurationItemType": 2 })
}

fn put(world: &mut World, collection: &str, id: i64, record: Value) {
    if let Value::Object(record) = record {
        world.put(World::entity(collection), id, record);
    }
}
