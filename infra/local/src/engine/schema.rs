//! The tables, as the deployment template declares them.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType, TimeToLiveSpecification,
};
use store::aws::with_causes;
use store::table::schema::{DUE_AT, DUE_BUCKET, DUE_INDEX, EXPIRES_AT, NOTED, NOTED_INDEX, PK, SK};

use super::Engine;

/// A table could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The engine refused.
    #[error("the table {table} cannot be made: {reason}")]
    Refused {
        /// The table.
        table: String,
        /// What the engine says.
        reason: String,
    },
    /// Our own defect.
    #[error(transparent)]
    Malformed(#[from] BuildError),
}

impl Engine {
    /// Makes the integration's table when it is missing: key `pk` and `sk`, the sparse indexes of due and of noted records, time to
    /// live.
    ///
    /// # Errors
    /// The engine refuses.
    pub async fn create_table(&self, name: &str) -> Result<(), CreateError> {
        use ScalarAttributeType::{N, S};
        let client = self.client();
        let indexes = vec![index(DUE_INDEX, DUE_BUCKET, DUE_AT)?, index(NOTED_INDEX, NOTED, SK)?];
        let attributes = [(PK, S), (SK, S), (DUE_BUCKET, S), (DUE_AT, N), (NOTED, S)];
        let is_new = create(&client, name, &attributes, Some(indexes)).await?;
        if is_new {
            let ttl = TimeToLiveSpecification::builder().attribute_name(EXPIRES_AT).enabled(true).build()?;
            let set = client.update_time_to_live().table_name(name).time_to_live_specification(ttl).send().await;
            set.map_err(|error| refused(name, with_causes(&error)))?;
        }
        Ok(())
    }

    /// Makes a plain table with the keys `pk` and `sk` when it is missing.
    pub(crate) async fn create_plain_table(&self, name: &str) -> Result<(), CreateError> {
        use ScalarAttributeType::S;
        create(&self.client(), name, &[(PK, S), (SK, S)], None).await?;
        Ok(())
    }
}

/// Returns whether the table is new.
async fn create(
    client: &Client,
    name: &str,
    attributes: &[(&str, ScalarAttributeType)],
    indexes: Option<Vec<GlobalSecondaryIndex>>,
) -> Result<bool, CreateError> {
    let mut request = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .key_schema(key(PK, KeyType::Hash)?)
        .key_schema(key(SK, KeyType::Range)?)
        .set_global_secondary_indexes(indexes);
    for (name, kind) in attributes {
        request = request.attribute_definitions(
            AttributeDefinition::builder().attribute_name(*name).attribute_type(kind.clone()).build()?,
        );
    }
    match request.send().await {
        Ok(_) => Ok(true),
        Err(error) => match error.as_service_error() {
            Some(CreateTableError::ResourceInUseException(_)) => Ok(false),
            _ => Err(refused(name, with_causes(&error))),
        },
    }
}

/// An index that holds keys only.
fn index(name: &str, hash: &str, range: &str) -> Result<GlobalSecondaryIndex, BuildError> {
    GlobalSecondaryIndex::builder()
        .index_name(name)
        .key_schema(key(hash, KeyType::Hash)?)
        .key_schema(key(range, KeyType::Range)?)
        .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
        .build()
}

fn key(name: &str, kind: KeyType) -> Result<KeySchemaElement, BuildError> {
    KeySchemaElement::builder().attribute_name(name).key_type(kind).build()
}

fn refused(table: &str, reason: String) -> CreateError {
    CreateError::Refused { table: table.to_owned(), reason }
}
