//! The suite of the records and the queue on AWS, or on an emulator of it: the same promises through the same SDK code, so that the
//! local stand-ins are checked and not trusted. `tests/aws/run store` starts an emulator and names it in `AWS_ENDPOINT_URL`.
//!
//! Each test makes a table and queues of its own and leaves them to the emulator.

use std::collections::HashMap;
use std::time::Duration;

use ::store::aws::Aws;
use ::store::queue::{DeadLetter, DeadLetters, Queue, QueueName, SendError, Sqs, SqsDeadLetters};
use ::store::secrets::{SecretName, Secrets as _, SecretsManager};
use ::store::table::Table;
use ::store::table::schema::{DUE_AT, DUE_BUCKET, DUE_INDEX, NOTED, NOTED_INDEX, PK, SK};
use anyhow::{Context as _, Result};
use async_trait::async_trait;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType,
};
use aws_sdk_sqs::types::{MessageSystemAttributeName, QueueAttributeName};
use bridge_core::hint::Message;
use jiff::Timestamp;
use runtime::clock::Clock;
use runtime::config::{Environment, Queues};
use runtime::random::Random;
use secrecy::ExposeSecret as _;
use suites::store::{Consumer, Delivery, MAX_RECEIVE_COUNT, VISIBILITY, World};

suites::store_suite! {
    OnAws::new().await?;
    #[tokio::test]
    #[ignore = "needs AWS or an emulator of it: tests/aws/run store"]
}

#[tokio::test]
#[ignore = "needs AWS or an emulator of it: tests/aws/run store"]
async fn a_secret_is_made_when_it_is_missing_and_overwritten_when_it_is_there() -> Result<()> {
    let aws = Aws::new(Environment::from_process().aws()?);
    let installation = Random::from_os().id(&Clock::system()).to_string();
    let secrets = SecretsManager::new(aws.secrets_manager(), &installation);
    let read =
        async |name: &SecretName| anyhow::Ok(secrets.get(name).await?.map(|secret| secret.expose_secret().to_owned()));
    let connection = SecretName::Acronis("T-1".into());
    assert_eq!(read(&connection).await?, None);
    secrets.put(&connection, "first".into()).await?;
    secrets.put(&SecretName::Autotask, "another".into()).await?;
    secrets.put(&connection, "second".into()).await?;
    assert_eq!(read(&connection).await?.as_deref(), Some("second"));

    // As the template makes one that a person fills later.
    let name = format!("{installation}/{}", SecretName::AutotaskWebhook);
    aws.secrets_manager().create_secret().name(name).send().await?;
    assert_eq!(read(&SecretName::AutotaskWebhook).await?, None);
    secrets.put(&SecretName::AutotaskWebhook, "filled".into()).await?;
    assert_eq!(read(&SecretName::AutotaskWebhook).await?.as_deref(), Some("filled"));
    Ok(())
}

/// A table and queues on AWS.
struct OnAws {
    table: Table,
    queue: OnSqs,
    clock: Clock,
}

struct OnSqs {
    client: aws_sdk_sqs::Client,
    queues: Queues,
    sender: Sqs,
    letters: SqsDeadLetters,
}

impl OnAws {
    async fn new() -> Result<Self> {
        let environment = Environment::from_process();
        environment.required("AWS_ENDPOINT_URL").context("start it by tests/aws/run store")?;
        let aws = Aws::new(environment.aws()?);
        let name = Random::from_os().id(&Clock::system()).to_string();
        create_table(&aws.dynamodb(), &name).await?;
        Ok(Self {
            table: Table::new(aws.dynamodb(), &name),
            queue: OnSqs::new(aws.sqs(), &name).await?,
            // The functions' idea of the time, in the afternoon, so that the suite's "an hour ago" is the same day.
            clock: Clock::manual("2026-11-20T15:00:00Z".parse()?),
        })
    }
}

/// The table as the template declares it.
async fn create_table(client: &aws_sdk_dynamodb::Client, name: &str) -> Result<()> {
    use ScalarAttributeType::{N, S};
    let key = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
    let index = |name: &str, hash: &str, range: &str| {
        GlobalSecondaryIndex::builder()
            .index_name(name)
            .key_schema(key(hash, KeyType::Hash)?)
            .key_schema(key(range, KeyType::Range)?)
            .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
            .build()
    };
    let mut call = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .key_schema(key(PK, KeyType::Hash)?)
        .key_schema(key(SK, KeyType::Range)?)
        .global_secondary_indexes(index(DUE_INDEX, DUE_BUCKET, DUE_AT)?)
        .global_secondary_indexes(index(NOTED_INDEX, NOTED, SK)?);
    for (name, kind) in [(PK, S), (SK, S), (DUE_BUCKET, S), (DUE_AT, N), (NOTED, S)] {
        call = call
            .attribute_definitions(AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build()?);
    }
    call.send().await?;
    Ok(())
}

impl OnSqs {
    async fn new(client: aws_sdk_sqs::Client, name: &str) -> Result<Self> {
        let (alerts_url, alerts_letters_url) = create_queue(&client, &format!("{name}-alerts")).await?;
        let (accounts_url, accounts_letters_url) = create_queue(&client, &format!("{name}-accounts")).await?;
        let queues = Queues { alerts_url, accounts_url };
        let letters = Queues { alerts_url: alerts_letters_url, accounts_url: accounts_letters_url };
        Ok(Self {
            sender: Sqs::new(client.clone(), queues.clone()),
            letters: SqsDeadLetters::new(client.clone(), letters, queues.clone()),
            client,
            queues,
        })
    }

    fn url(&self, queue: QueueName) -> &str {
        match queue {
            QueueName::Alerts => &self.queues.alerts_url,
            QueueName::Accounts => &self.queues.accounts_url,
        }
    }
}

/// A queue and its dead letters, as the template declares them but for the suite's times. Returns their URLs.
async fn create_queue(client: &aws_sdk_sqs::Client, name: &str) -> Result<(String, String)> {
    let letters = client.create_queue().queue_name(format!("{name}-dead-letters")).send().await?;
    let letters = letters.queue_url.context("a queue has a URL")?;
    let attributes = client.get_queue_attributes().queue_url(&letters).attribute_names(QueueAttributeName::QueueArn);
    let attributes = attributes.send().await?.attributes.unwrap_or_default();
    let arn = attributes.get(&QueueAttributeName::QueueArn).context("a queue has a name")?;
    let redrive = format!(r#"{{"deadLetterTargetArn":"{arn}","maxReceiveCount":{MAX_RECEIVE_COUNT}}}"#);
    let attributes = HashMap::from([
        (QueueAttributeName::VisibilityTimeout, VISIBILITY.as_secs().to_string()),
        (QueueAttributeName::RedrivePolicy, redrive),
    ]);
    let queue = client.create_queue().queue_name(name).set_attributes(Some(attributes)).send().await?;
    Ok((queue.queue_url.context("a queue has a URL")?, letters))
}

#[async_trait]
impl World for OnAws {
    fn table(&self) -> &Table {
        &self.table
    }

    fn queue(&self) -> &dyn Consumer {
        &self.queue
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn pass(&self, time: Duration) {
        // The queues go by the clock on the wall.
        tokio::time::sleep(time).await;
        self.clock.advance(time.try_into().expect("the suite waits for minutes at most"));
    }
}

#[async_trait]
impl Queue for OnSqs {
    async fn send(&self, queue: QueueName, messages: &[Message]) -> Result<(), SendError> {
        self.sender.send(queue, messages).await
    }
}

#[async_trait]
impl DeadLetters for OnSqs {
    async fn list(&self, queue: QueueName, max: usize) -> Result<Vec<DeadLetter>, SendError> {
        self.letters.list(queue, max).await
    }

    async fn redrive(&self, queue: QueueName, max: usize) -> Result<usize, SendError> {
        self.letters.redrive(queue, max).await
    }
}

#[async_trait]
impl Consumer for OnSqs {
    async fn receive(&self, queue: QueueName, max: usize) -> Result<Vec<Delivery>> {
        let count = MessageSystemAttributeName::ApproximateReceiveCount;
        let call = self.client.receive_message().queue_url(self.url(queue));
        let call = call.max_number_of_messages(max.try_into()?).message_system_attribute_names(count.clone());
        // With a wait, however short, every server of the queue is asked.
        let answer = call.wait_time_seconds(1).send().await?;
        let delivery = |message: aws_sdk_sqs::types::Message| {
            Some(Delivery {
                count: message.attributes?.get(&count)?.parse().ok()?,
                body: message.body?,
                receipt: message.receipt_handle?,
            })
        };
        let messages = answer.messages.unwrap_or_default().into_iter();
        messages.map(|message| delivery(message).context("a message has a body, a receipt and a count")).collect()
    }

    async fn delete(&self, queue: QueueName, receipt: &str) -> Result<()> {
        self.client.delete_message().queue_url(self.url(queue)).receipt_handle(receipt).send().await?;
        Ok(())
    }

    async fn fail(&self, queue: QueueName, receipt: &str) -> Result<()> {
        let call = self.client.change_message_visibility().queue_url(self.url(queue)).receipt_handle(receipt);
        call.visibility_timeout(0).send().await?;
        Ok(())
    }
}
