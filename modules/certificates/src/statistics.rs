//! Figures of the certificate catalogue, counted from demands, items, papers and data checks.

use chrono::DateTime;
use jizuo_kernel::module::{Labels, Period, Statistic};
use jizuo_kernel::statistics::count_by;
use jizuo_kernel::{Scope, Text};
use sea_orm::sea_query::{Expr, ExprTrait};

use crate::data_check::entity::{Column as OfCheck, Entity as Check};
use crate::demand::entity::{Column as OfDemand, Entity as Demand};
use crate::demand::service::OFF_LIST;
use crate::item::entity::{Column as OfItem, Entity as Item};
use crate::paper::entity::{Column as OfPaper, Entity as Paper};
use crate::source::mapping::Outcome;

pub(crate) const STATISTICS: &[Statistic] = &[
    Statistic {
        id: "certificates.demands.by_outcome",
        title: Text::new("索要证明次数（按结果）", "Demands for papers, by outcome"),
        unit: Text::new("次", "demands"),
        labels: Labels::Values("certificates.Outcome"),
        count: |ctx, period| Box::pin(count_by::<Demand>(ctx, OfDemand::At, period, OfDemand::Outcome, None)),
    },
    Statistic {
        id: "certificates.demands.by_way",
        title: Text::new("索要证明次数（按替代办法）", "Demands for papers, by what is done instead"),
        unit: Text::new("次", "demands"),
        labels: Labels::Values("certificates.Way"),
        count: |ctx, period| {
            let known = Expr::col(OfDemand::Way).is_not_null();
            Box::pin(count_by::<Demand>(ctx, OfDemand::At, period, OfDemand::Way, Some(known)))
        },
    },
    Statistic {
        id: "certificates.demands.off_list",
        title: Text::new("清单外索要次数（按索要单位）", "Off-list demands, by requesting body"),
        unit: Text::new("次", "demands"),
        labels: Labels::Names,
        count: |ctx, period| {
            let off_list = Expr::col(OfDemand::Outcome).eq(OFF_LIST);
            Box::pin(count_by::<Demand>(ctx, OfDemand::At, period, OfDemand::RequestingBody, Some(off_list)))
        },
    },
    Statistic {
        id: "certificates.papers.issued",
        title: Text::new("出具证明份数（按事项）", "Papers issued, by item"),
        unit: Text::new("份", "papers"),
        labels: Labels::Names,
        count: |ctx, period| Box::pin(count_by::<Paper>(ctx, OfPaper::IssuedAt, period, OfPaper::ItemName, None)),
    },
    Statistic {
        id: "certificates.papers.refused",
        title: Text::new("不予出具件数（按事项）", "Papers refused, by item"),
        unit: Text::new("件", "applications"),
        labels: Labels::Names,
        count: |ctx, period| Box::pin(count_by::<Paper>(ctx, OfPaper::RefusedAt, period, OfPaper::ItemName, None)),
    },
    Statistic {
        id: "certificates.checks.by_outcome",
        title: Text::new("数据核验次数（按结果）", "Data checks, by outcome"),
        unit: Text::new("次", "checks"),
        labels: Labels::Values("certificates.CheckOutcome"),
        count: |ctx, period| Box::pin(count_by::<Check>(ctx, OfCheck::At, period, OfCheck::Outcome, None)),
    },
    Statistic {
        id: "certificates.checks.saved",
        title: Text::new("数据核验免开的证明（按事项）", "Papers that data checks made unnecessary, by item"),
        unit: Text::new("份", "papers"),
        labels: Labels::Names,
        count: |ctx, period| {
            let confirmed = Expr::col(OfCheck::Outcome).eq(Outcome::Confirmed.as_str());
            // What verified a paper made none unnecessary.
            let saved = confirmed.and(Expr::col(OfCheck::Paper).is_null());
            Box::pin(count_by::<Check>(ctx, OfCheck::At, period, OfCheck::ItemName, Some(saved)))
        },
    },
    Statistic {
        id: "certificates.items.in_force",
        title: Text::new("期末现行事项数（按类型）", "Items in force at the end of the period, by kind"),
        unit: Text::new("项", "items"),
        labels: Labels::Values("status_kind"),
        count: |ctx, period| {
            let mut here = ctx.clone();
            Box::pin(async move {
                // What the province or prefecture itself laid down stands under no county.
                let place = here.place()?.clone();
                if place.above_county() {
                    let more = here.scope.clone().and_also(Scope::counties(vec![place.id]));
                    here = here.within(more);
                }
                let until = Expr::col(OfItem::InForceUntil);
                let still = until.clone().is_null().or(until.gte(period.to));
                let ever = Period { from: DateTime::UNIX_EPOCH, to: period.to };
                count_by::<Item>(&here, OfItem::InForceFrom, ever, OfItem::StatusKind, Some(still)).await
            })
        },
    },
];
