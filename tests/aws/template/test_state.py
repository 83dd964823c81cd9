"""The table and the secrets: what they are made of, and that they outlive mistakes."""

from bridge import sources, template


def table():
    return template.resources("AWS::DynamoDB::Table")["Table"]


def test_the_table_is_the_one_that_the_records_expect():
    names = sources.schema()
    keys = [(key["AttributeName"], key["KeyType"]) for key in table()["KeySchema"]]
    assert keys == [(names["PK"], "HASH"), (names["SK"], "RANGE")]
    indexes = {
        index["IndexName"]: [(key["AttributeName"], key["KeyType"]) for key in index["KeySchema"]]
        for index in table()["GlobalSecondaryIndexes"]
    }
    assert indexes == {
        names["DUE_INDEX"]: [(names["DUE_BUCKET"], "HASH"), (names["DUE_AT"], "RANGE")],
        names["NOTED_INDEX"]: [(names["NOTED"], "HASH"), (names["SK"], "RANGE")],
    }
    assert all(index["Projection"] == {"ProjectionType": "KEYS_ONLY"} for index in table()["GlobalSecondaryIndexes"])
    types = {one["AttributeName"]: one["AttributeType"] for one in table()["AttributeDefinitions"]}
    assert types == {names["PK"]: "S", names["SK"]: "S", names["DUE_BUCKET"]: "S", names["DUE_AT"]: "N", names["NOTED"]: "S"}
    assert table()["TimeToLiveSpecification"] == {"AttributeName": names["EXPIRES_AT"], "Enabled": True}


def test_the_table_is_paid_by_use_encrypted_and_can_be_restored_to_any_point_in_time():
    assert table()["BillingMode"] == "PAY_PER_REQUEST"
    assert table()["SSESpecification"] == {"SSEEnabled": True}
    assert table()["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_the_table_outlives_the_stack_and_cannot_be_deleted_by_mistake():
    resource = template.transformed()["Resources"]["Table"]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert table()["DeletionProtectionEnabled"] is True
    assert "TableName" not in table(), "a table of a fixed name could not be made again beside the one that was kept"


def test_the_secrets_are_those_of_the_store_and_none_has_its_value_here():
    secrets = template.resources("AWS::SecretsManager::Secret").values()
    names = {template.text(secret["Name"]).removeprefix("${AWS::StackName}/") for secret in secrets}
    assert names == {"acronis-webhook", "autotask", "autotask-webhook", "console-token"}
    assert not any("SecretString" in secret for secret in secrets)
