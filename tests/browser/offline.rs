//! A report that is filled where there is no line: kept in the browser, and sent once when there is one again.

use std::net::SocketAddr;

use jizuo_server::MODULES;
use jizuo_testing::TestApp;
use jizuo_testing::places::{VILLAGE, WUHUA};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

use super::Desk;

/// The line between the browser and the platform. To drop it cuts all that goes through it.
fn line(at: SocketAddr, to: SocketAddr) -> Runtime {
    let line = Runtime::new().unwrap();
    line.spawn(async move {
        let listener = TcpListener::bind(at).await.unwrap();
        loop {
            let (mut near, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let mut far = TcpStream::connect(to).await.unwrap();
                let _ = copy_bidirectional(&mut near, &mut far).await;
            });
        }
    });
    line
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_is_filled_without_a_line_is_sent_once_when_there_is_one() {
    let Some(mut desk) = Desk::with(TestApp::with(MODULES).await).await else { return };
    let platform: SocketAddr = desk.url.trim_start_matches("http://").parse().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let near = free.local_addr().unwrap();
    drop(free);
    let up = line(near, platform);
    desk.url = format!("http://{near}");
    let page = format!("/console/{VILLAGE}/m/grid/reports");
    desk.go(&page).await;
    let kept = "const done = arguments[arguments.length - 1];
        const look = () => caches.match(location.pathname).then(found => found ? done(true) : setTimeout(look, 100));
        navigator.serviceWorker.ready.then(look);";
    desk.wait_for(kept).await;

    up.shutdown_background();
    desk.fill("什么事", "村口垃圾堆放").await;
    // A photograph waits with it.
    let point = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==";
    let choose = "const bytes = Uint8Array.from(atob(arguments[0]), c => c.charCodeAt(0));
        const files = new DataTransfer();
        files.items.add(new File([bytes], 'photo.png', { type: 'image/png' }));
        document.querySelector('[name=attachments]').files = files.files;";
    desk.script(choose, vec![point.into()]).await;
    desk.script("document.querySelector('[name=category][value=\"04\"], [name=category]').value = '04'", Vec::new())
        .await;
    desk.script("document.querySelector('main button.main').click()", Vec::new()).await;
    desk.expect("已存在这台设备上").await;
    desk.go(&page).await;
    desk.expect("待发件数：1").await;

    let up = line(near, platform);
    desk.go(&page).await;
    desk.click("查看编号和查询码").await;
    desk.expect("查询码（请和编号一起记好）").await;
    desk.expect("WG530102001001").await;
    let dispatcher = desk.test.role(WUHUA, "grid.dispatcher").await;
    let list = dispatcher.get(&format!("/places/{WUHUA}/grid/incidents")).await.expect(200);
    assert_eq!((list.items().len(), &list.items()[0]["title"]), (1, &"村口垃圾堆放".into()));
    let path = format!("/places/{WUHUA}/grid/incidents/{}", list.items()[0]["id"].as_str().unwrap());
    let shown = dispatcher.get(&path).await.expect(200);
    assert_eq!(shown.body["attachments"].as_array().unwrap().len(), 1, "the photograph came along");
    desk.leave().await;
    up.shutdown_background();
}
