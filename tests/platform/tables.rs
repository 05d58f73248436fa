//! The schema of every module can be distributed by county.

use super::everything;

#[tokio::test]
async fn every_table_is_tenant_or_reference_and_tenant_keys_are_led_by_county() {
    let test = everything().await;
    jizuo_testing::check_tables(&test.app).await;
}
