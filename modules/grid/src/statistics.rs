//! Figures of grid governance, counted from the incidents.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration};
use jizuo_kernel::module::{Figure, Labels, Period, Statistic, Work};
use jizuo_kernel::statistics::count_by;
use jizuo_kernel::{Ctx, Result, Text};
use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};

use crate::care::cared::plan;
use crate::figures::cells::{Cell, cells};
use crate::incident::entity::{Column, Entity};

const INCIDENTS: Text = Text::new("件", "incidents");

pub(crate) const STATISTICS: &[Statistic] = &[
    Statistic {
        id: "grid.incidents.opened",
        title: Text::new("上报事件数（按类别）", "Incidents reported, by category"),
        unit: INCIDENTS,
        labels: Labels::Values("category"),
        count: |ctx, period| Box::pin(told(ctx, period, |cell| vec![(cell.category.clone(), cell.reported)])),
    },
    Statistic {
        id: "grid.incidents.in_time",
        title: Text::new("上报事件的按时办结情况", "Of the reported incidents: ended in time, ended late, open"),
        unit: INCIDENTS,
        labels: Labels::Own(&[
            ("in_time", Text::new("按时办结", "Ended in time")),
            ("late", Text::new("超时办结", "Ended late")),
            ("open", Text::new("在办", "Going on")),
        ]),
        count: |ctx, period| {
            Box::pin(told(ctx, period, |cell| {
                let (late, open) = (cell.ended - cell.on_time, cell.reported - cell.ended);
                named([("in_time", cell.on_time), ("late", late), ("open", open)])
            }))
        },
    },
    Statistic {
        id: "grid.incidents.near",
        title: Text::new("小事不出村：已解决事件在哪一级解决", "Solved incidents: in the village, or beyond it"),
        unit: INCIDENTS,
        labels: Labels::Own(&[
            ("village", Text::new("村内解决", "In the village")),
            ("beyond", Text::new("出村解决", "Beyond the village")),
        ]),
        count: |ctx, period| {
            Box::pin(told(ctx, period, |cell| named([("village", cell.near), ("beyond", cell.solved - cell.near)])))
        },
    },
    Statistic {
        id: "grid.incidents.overdue",
        title: Text::new("已超期未办结（按状态）", "Past their deadline and open, by state"),
        unit: INCIDENTS,
        labels: Labels::States("grid.incident"),
        count: |ctx, period| {
            let late = Expr::col(Column::ClosedAt).is_null().and(Expr::col(Column::DueAt).lt(ctx.now));
            Box::pin(count_by::<Entity>(ctx, Column::OpenedAt, period, Column::State, Some(late)))
        },
    },
    Statistic {
        id: "grid.care.people",
        title: Text::new("关爱服务对象（按类别）", "People in care, by kind"),
        unit: Text::new("人", "people"),
        labels: Labels::Values("grid.CareKind"),
        count: |ctx, period| plans(ctx, period, None),
    },
    Statistic {
        id: "grid.care.due",
        title: Text::new("七日内应走访（按类别）", "Visits due within seven days, by kind"),
        unit: Text::new("次", "visits"),
        labels: Labels::Values("grid.CareKind"),
        count: |ctx, period| {
            let soon = Expr::col(plan::Column::DueAt).between(ctx.now, ctx.now + Duration::days(7));
            plans(ctx, period, Some(soon))
        },
    },
    Statistic {
        id: "grid.care.overdue",
        title: Text::new("应走访未走访（按类别）", "Visits overdue, by kind"),
        unit: Text::new("次", "visits"),
        labels: Labels::Values("grid.CareKind"),
        count: |ctx, period| plans(ctx, period, Some(Expr::col(plan::Column::DueAt).lt(ctx.now))),
    },
];

fn named<const N: usize>(values: [(&str, i64); N]) -> Vec<(String, i64)> {
    values.into_iter().map(|(label, value)| (label.to_owned(), value)).collect()
}

/// The figures of a period, as `of` reads each cell; what is nothing is left out.
async fn told(ctx: &Ctx, period: Period, of: fn(&Cell) -> Vec<(String, i64)>) -> Result<Vec<Figure>> {
    let here = ctx.place()?.id;
    let mut found = BTreeMap::<(i32, String), i64>::new();
    for cell in cells(ctx, period).await? {
        for (label, value) in of(&cell) {
            *found.entry((cell.place.unwrap_or(here), label)).or_default() += value;
        }
    }
    let figures = found.into_iter().filter(|(_, value)| *value > 0);
    Ok(figures.map(|((place, label), value)| Figure { place, label, value }).collect())
}

/// Plans of care that are open now. Of people under management there are no figures.
fn plans(ctx: &Ctx, period: Period, also: Option<SimpleExpr>) -> Work<'_, Vec<Figure>> {
    // A figure of a moment: what began by the end of the period, and goes on.
    let until = Period { from: DateTime::UNIX_EPOCH, to: period.to };
    let open = Expr::col(plan::Column::ClosedAt).is_null();
    let open = also.into_iter().fold(open, |open, also| open.and(also));
    Box::pin(count_by::<plan::Entity>(ctx, plan::Column::OpenedAt, until, plan::Column::Kind, Some(open)))
}
