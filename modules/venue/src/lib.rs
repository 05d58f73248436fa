//! Use of village halls (公共场所借用): a household asks for the village's hall, square or activity room on a day. The tested
//! example of a small module.

pub mod booking;
mod process;
mod tables;

use booking::entity::{Column, Entity};
use jizuo_kernel::Text;
use jizuo_kernel::module::{Labels, MenuEntry, Module, Permission, RoleTemplate, Sealed, Statistic, Topic};
use jizuo_kernel::statistics::count_by;

pub static MODULE: Module = Module {
    id: "venue",
    title: Text::new("公共场所借用", "Use of village halls"),
    about: Text::new(
        "群众借用村礼堂、广场、活动室办红白喜事、文艺活动、培训，村里确认，用后交还",
        "Households borrow the village's hall, square or activity room; the village confirms, and gets it back after use",
    ),
    permissions: &[
        Permission::matters("venue.booking.read", Text::new("查看借用", "See bookings")),
        Permission::matters("venue.booking.ask", Text::new("申请借用", "Ask for a room")),
        Permission::matters("venue.booking.confirm", Text::new("确认借用", "Confirm")),
        Permission::matters("venue.booking.decline", Text::new("不同意借用", "Decline")),
        Permission::matters("venue.booking.hand_back", Text::new("登记交还", "Record that it was handed back")),
        Permission::matters("venue.booking.cancel", Text::new("取消借用", "Cancel")),
    ],
    roles: &[
        RoleTemplate {
            id: "venue.agent",
            title: Text::new("村民代办员", "Errand agent"),
            permissions: &["venue.booking.read", "venue.booking.ask", "venue.booking.cancel"],
        },
        RoleTemplate {
            id: "venue.clerk",
            title: Text::new("村文书", "Village clerk"),
            permissions: &[
                "venue.booking.read",
                "venue.booking.confirm",
                "venue.booking.decline",
                "venue.booking.hand_back",
                "venue.booking.cancel",
            ],
        },
    ],
    migrations: tables::MIGRATIONS,
    api: booking::routes,
    public: &[],
    menu: &[MenuEntry {
        id: "venue.bookings",
        title: Text::new("场所借用", "Bookings"),
        operation: "venue_booking_list",
    }],
    settings: || None,
    processes: &[&process::BOOKING],
    rules: include_str!("../rules.toml"),
    capabilities: &[],
    events: &[Topic {
        id: "venue.booking.confirmed",
        title: Text::new("借用已确认", "A booking was confirmed"),
        sample: r#"{"id":"0192f0c0-0000-7000-8000-000000000001","code":"JY530102001001-0192F0C0","place":"530102001001","room":"hall","day":"2026-04-18","purpose":"wedding"}"#,
    }],
    subscriptions: &[],
    timers: &[],
    statistics: &[Statistic {
        id: "venue.bookings.by_purpose",
        title: Text::new("借用申请数（按用途）", "Bookings asked for, by purpose"),
        unit: Text::new("次", "bookings"),
        labels: Labels::Values("purpose"),
        count: |ctx, period| Box::pin(count_by::<Entity>(ctx, Column::OpenedAt, period, Column::Purpose, None)),
    }],
    words: include_str!("../words.toml"),
    forms: &[],
    sealed: &[Sealed::for_its_row("venue_booking", "asker_phone", "venue.phone")],
    held: None,
};
