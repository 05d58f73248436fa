//! Every operation on the net of grids, called with success once.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::Duration;
use jizuo_testing::TestApp;
use jizuo_testing::places::{HUASHAN, OTHER_VILLAGE, WUHUA};
use serde_json::json;

pub(super) async fn net(test: &TestApp) {
    let keeper = test.role(WUHUA, "grid.keeper").await;
    let at = |rest: &str| format!("/places/{OTHER_VILLAGE}/grid{rest}");
    let draw = async |name: &str| keeper.post(&at("/grids"), json!({ "name": name })).await.expect(201).text("id");
    let (first, second, market) = (draw("第一网格").await, draw("第二网格").await, draw("市场").await);
    let file = STANDARD.encode("网格名称,类型\n第五网格,基础\n");
    keeper.post(&at("/grids/import"), json!({ "content": file })).await.expect(200);
    let grid = |id: &str, rest: &str| at(&format!("/grids/{id}{rest}"));
    keeper.post(&grid(&first, "/rename"), json!({ "name": "东片网格" })).await.expect(200);
    keeper.post(&grid(&first, "/redraw"), json!({ "area": "翠湖以东" })).await.expect(200);
    keeper.post(&grid(&first, "/households"), json!({ "from": OTHER_VILLAGE })).await.expect(200);
    let staff = json!({ "role": "leader", "name": "李阿诗" });
    let staff = keeper.post(&grid(&first, "/staff"), staff).await.expect(200).text("id");
    keeper.post(&grid(&first, &format!("/staff/{staff}/end")), json!({})).await.expect(200);
    keeper.get(&grid(&first, "")).await.expect(200);
    keeper.get(&at("/grids")).await.expect(200);
    keeper.get(&at("/coverage")).await.expect(200);
    keeper.get(&at("/map")).await.expect(200);
    keeper.get(&format!("/places/{HUASHAN}/grid/overlaps")).await.expect(200);
    let reader = test.role(WUHUA, "grid.dispatcher").await;
    reader.get(&format!("/places/{WUHUA}/grid/zeros")).await.expect(200);
    reader.get(&format!("/places/{HUASHAN}/grid/hotspots")).await.expect(200);
    test.pass(Duration::days(1));
    keeper.post(&grid(&second, "/merge"), json!({ "into": first })).await.expect(200);
    let parts = json!({ "parts": [{ "name": "东一网格" }, { "name": "东二网格" }] });
    keeper.post(&grid(&first, "/split"), parts).await.expect(200);
    keeper.post(&grid(&market, "/end"), json!({})).await.expect(204);
}
