//! Every sample of every topic fits every subscriber.

use jizuo_kernel::Ctx;
use jizuo_testing::places::VILLAGE;

use super::everything;

#[tokio::test]
async fn every_subscriber_takes_the_sample_of_its_topic() {
    let test = everything().await;
    let modules = test.app.registry.modules();
    let topics: Vec<_> = modules.iter().flat_map(|m| m.events).collect();
    for module in modules {
        for subscription in module.subscriptions {
            let topic = topics.iter().find(|t| t.id == subscription.topic).unwrap();
            let sample = serde_json::from_str(topic.sample).unwrap();
            let place = test.app.snapshot().places.resolve(VILLAGE).unwrap().place;
            let ctx = Ctx::system(&test.app, subscription.id, module.id, Some(place));
            let mut tx = ctx.begin().await.unwrap();
            let outcome = (subscription.run)(&mut tx, &sample).await;
            assert!(
                outcome.is_ok(),
                "{} does not take the sample of {}: {:?}",
                subscription.id,
                topic.id,
                outcome.err()
            );
        }
    }
}
