//! Columns that hold JSON of a known shape: a type of ours in Rust, `jsonb` in Postgres.

/// Has a column of `jsonb` read, and written, as the type that serde makes of it. What has another shape is an error.
macro_rules! jsonb {
    ($name:ident) => {
        impl diesel::serialize::ToSql<diesel::sql_types::Jsonb, diesel::pg::Pg> for $name {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
            ) -> diesel::serialize::Result {
                let value = serde_json::to_value(self)?;
                diesel::serialize::ToSql::<diesel::sql_types::Jsonb, diesel::pg::Pg>::to_sql(
                    &value,
                    &mut out.reborrow(),
                )
            }
        }

        impl diesel::deserialize::FromSql<diesel::sql_types::Jsonb, diesel::pg::Pg> for $name {
            fn from_sql(value: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
                type Json = diesel::sql_types::Jsonb;
                let value =
                    <serde_json::Value as diesel::deserialize::FromSql<Json, diesel::pg::Pg>>::from_sql(
                        value,
                    )?;
                Ok(serde_json::from_value(value)?)
            }
        }
    };
}
pub(crate) use jsonb;
