//! What the database holds at its start.

mod contracts;

use serde_json::{Value, json};

use super::catalogue::RECURRING_SERVICE_CODE;
use super::hooks;
use super::ids::{BundleId, CompanyId, ResourceId, ServiceId};
use super::lines::LineKind;
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

/// A device of the demo world: `SRV-1` of the first customer.
pub const ALDERS_SERVER: i64 = 4_411;
/// A device of the demo world that is no longer in use.
pub const RETIRED_DEVICE: i64 = 4_416;

/// A service of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CatalogueService {
    /// Its id.
    pub id: ServiceId,
    /// Its name.
    pub name: &'static str,
}

/// Workstations.
pub const WORKSTATIONS: ServiceId = ServiceId(9_001);
/// Servers.
pub const SERVERS: ServiceId = ServiceId(9_002);
/// Virtual machines.
pub const VIRTUAL_MACHINES: ServiceId = ServiceId(9_003);
/// Mobile devices.
pub const MOBILE_DEVICES: ServiceId = ServiceId(9_004);
/// Office 365 mailboxes.
pub const MAILBOXES: ServiceId = ServiceId(9_005);
/// Websites.
pub const WEBSITES: ServiceId = ServiceId(9_006);
/// Local backup, in GB.
pub const LOCAL_BACKUP: ServiceId = ServiceId(9_007);
/// Cloud storage for backups, in GB.
pub const BACKUP_STORAGE: ServiceId = ServiceId(9_008);
/// File Sync & Share users.
pub const FILE_SYNC_USERS: ServiceId = ServiceId(9_009);
/// Cloud storage for files, in GB.
pub const FILE_STORAGE: ServiceId = ServiceId(9_010);
/// A service that has nothing to do with Acronis.
pub const HELP_DESK: ServiceId = ServiceId(9_011);
/// Another, billed by the quarter.
pub const NETWORK_MONITORING: ServiceId = ServiceId(9_012);

/// The services that correspond to what Acronis sells, in every seed.
pub const ACRONIS_SERVICES: [CatalogueService; 10] = [
    CatalogueService { id: WORKSTATIONS, name: "Workstations" },
    CatalogueService { id: SERVERS, name: "Servers" },
    CatalogueService { id: VIRTUAL_MACHINES, name: "Virtual machines" },
    CatalogueService { id: MOBILE_DEVICES, name: "Mobile devices" },
    CatalogueService { id: MAILBOXES, name: "Office 365 mailboxes" },
    CatalogueService { id: WEBSITES, name: "Websites" },
    CatalogueService { id: LOCAL_BACKUP, name: "Local backup" },
    CatalogueService { id: BACKUP_STORAGE, name: "Cloud storage for backups" },
    CatalogueService { id: FILE_SYNC_USERS, name: "File Sync & Share users" },
    CatalogueService { id: FILE_STORAGE, name: "Cloud storage for files" },
];

/// A bundle of workstations, mailboxes and File Sync & Share users.
pub const OFFICE_BUNDLE: BundleId = BundleId(9_101);
/// A bundle of servers and help desk: one member has nothing to do with Acronis.
pub const SERVER_BUNDLE: BundleId = BundleId(9_102);

/// The number of the database, as zone discovery tells it.
pub(super) const DATABASE: i64 = 20_264;
/// The user type of API users.
pub(super) const API_USER_TYPE: i64 = 9;

/// The license type of API users.
const API_USER_LICENSE: i64 = 7;
const TECHNICIAN_TYPE: i64 = 1;
/// The company type of customers.
pub(super) const CUSTOMER: i64 = 1;
const VENDOR_TYPE: i64 = 7;
const PRODUCT: i64 = 29_682_950;
const RECURRING_BILLING_CODE: i64 = 29_682_802;
/// What a unit of every Acronis service costs in a month.
pub(super) const SERVICE_PRICE: f64 = 4.5;

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
        ("Contracts", 7_000),
        ("ContractServices", 8_000),
        ("ContractServiceBundles", 8_500),
        ("CompanyLocations", 300),
    ] {
        world.count_ids_from(World::entity(collection), last);
    }
    for (kind, last) in [(LineKind::Service, 60_000), (LineKind::Bundle, 70_000)] {
        world.ledger_mut(kind).count_rows_from(last);
    }
    if seed == Seed::Demo {
        customers(world);
        contracts::plant(world);
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
        (API_RESOURCE, "Integration", "User", API_USER.user, API_USER_TYPE, API_USER_LICENSE),
        (TECHNICIAN, "Tessa", "Technician", "tessa@demo.example", TECHNICIAN_TYPE, 1),
        (SECOND_TECHNICIAN, "Theo", "Technician", "theo@demo.example", TECHNICIAN_TYPE, 1),
    ];
    for (id, first, last, email, user_type, license) in people {
        put(world, "Resources", id.0, resource((first, last, email), user_type, license));
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
    for (id, name, use_type) in
        [(29_682_801, "Remote Support", 1), (RECURRING_BILLING_CODE, "Managed Services", RECURRING_SERVICE_CODE)]
    {
        let code = json!({ "name": name, "isActive": true, "useType": use_type, "billingCodeType": 0, "unitCost": 0.0, "unitPrice": 0.0 });
        put(world, "BillingCodes", id, code);
    }
    let product = json!({ "name": "Protected device", "isActive": true, "isSerialized": false, "productBillingCodeID": RECURRING_BILLING_CODE });
    put(world, "Products", PRODUCT, product);
    services(world);
}

fn services(world: &mut World) {
    let of_others = [
        (CatalogueService { id: HELP_DESK, name: "Help desk" }, 2, 25.0),
        (CatalogueService { id: NETWORK_MONITORING, name: "Network monitoring" }, 3, 60.0),
    ];
    let of_acronis = ACRONIS_SERVICES.into_iter().map(|service| (service, 2, SERVICE_PRICE));
    for (CatalogueService { id, name }, period, price) in of_acronis.chain(of_others) {
        let service = json!({
            "name": name, "billingCodeID": RECURRING_BILLING_CODE, "periodType": period, "unitPrice": price, "unitCost": price / 2.0,
            "isActive": true, "invoiceDescription": name, "sku": format!("SVC-{id}"),
            "createDate": "2024-01-15T09:00:00Z", "lastModifiedDate": "2024-01-15T09:00:00Z",
        });
        put(world, "Services", id.0, service);
    }
    let bundles = [
        (OFFICE_BUNDLE, "Office protection", 11.0, [WORKSTATIONS, MAILBOXES, FILE_SYNC_USERS].as_slice()),
        (SERVER_BUNDLE, "Server protection", 22.0, [SERVERS, HELP_DESK].as_slice()),
    ];
    for (id, name, price, members) in bundles {
        let bundle = json!({
            "name": name, "billingCodeID": RECURRING_BILLING_CODE, "periodType": 2, "unitPrice": price, "isActive": true,
            "createDate": "2024-01-15T09:00:00Z", "lastModifiedDate": "2024-01-15T09:00:00Z",
        });
        put(world, "ServiceBundles", id.0, bundle);
        for member in members {
            let link = json!({ "serviceBundleID": id.0, "serviceID": member.0 });
            if let Value::Object(link) = link {
                world.insert(World::entity("ServiceBundleServices"), link);
            }
        }
    }
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
    devices(world);
}

/// Among them one name twice, one device that was retired, and one with its domain.
fn devices(world: &mut World) {
    let (alder, birch, cedar, fir) =
        (FIRST_CUSTOMER.0, FIRST_CUSTOMER.0 + 1, FIRST_CUSTOMER.0 + 2, FIRST_CUSTOMER.0 + 5);
    for (id, company, title) in [
        (ALDERS_SERVER, alder, "SRV-1"),
        (4_412, birch, "SRV-2"),
        (4_413, alder, "SRV-FILES"),
        (4_414, birch, "WS-FRONTDESK"),
        (4_415, birch, "WS-FRONTDESK"),
        (4_417, fir, "nb-studio-7.studio.fir.example"),
    ] {
        put(world, "ConfigurationItems", id, device(company, title));
    }
    let mut retired = device(cedar, "WS-DISPATCH-2");
    retired["isActive"] = false.into();
    put(world, "ConfigurationItems", RETIRED_DEVICE, retired);
}

/// A company's record.
pub(super) fn company(name: &str, company_type: i64, is_active: bool) -> Value {
    json!({
        "companyName": name, "companyType": company_type, "isActive": is_active, "ownerResourceID": TECHNICIAN.0,
        "phone": "+1 555 0100", "address1": "1 Main Street", "city": "Springfield", "postalCode": "12345",
        "createDate": "2024-01-15T09:00:00Z", "lastActivityDate": "2024-01-15T09:00:00Z",
    })
}

/// A device's record.
pub(super) fn device(company: i64, title: &str) -> Value {
    json!({ "companyID": company, "referenceTitle": title, "productID": PRODUCT, "isActive": true, "configurationItemType": 2 })
}

fn resource((first, last, email): (&str, &str, &str), user_type: i64, license: i64) -> Value {
    json!({
        "firstName": first, "lastName": last, "email": email, "emailTypeCode": "PRIMARY", "userName": email,
        "hireDate": "2020-01-01T00:00:00Z", "isActive": true, "licenseType": license, "locationID": 1,
        "numberFormat": "X,XXX.XX", "payrollType": 1, "resourceType": "Employee", "userType": user_type,
    })
}

/// Adds an API user that nobody has the credentials of; answers its id.
pub(super) fn add_api_user(world: &mut World, name: &str) -> i64 {
    let email = format!("{}@demo.example", name.to_lowercase());
    match resource((name, "API", &email), API_USER_TYPE, API_USER_LICENSE) {
        Value::Object(record) => world.insert(World::entity("Resources"), record),
        _ => unreachable!("a resource is an object"),
    }
}

fn put(world: &mut World, collection: &str, id: i64, record: Value) {
    if let Value::Object(record) = record {
        world.put(World::entity(collection), id, record);
    }
}
