//! The JSON face of plans, of either side. Made twice by `plan_face!`, so that the two sides share no type and no permission.

macro_rules! plan_face {
    (
        kind: $Kind:ident, schemas: $Plan:ident, $InFull:ident, $New:ident, $Adjustment:ident,
        permissions: $read:literal, $begin:literal, $visit:literal, $adjust:literal,
        operations: $list_id:literal, $begin_id:literal, $show_id:literal, $visit_id:literal, $adjust_id:literal,
        paths: $path:literal, $all:literal, $one:literal, $visit_path:literal, $adjust_path:literal,
        holders: $holders:literal, example: $example:literal
    ) => {
        type New = $New;
        type Adjustment = $Adjustment;

        /// A plan as lists show it.
        #[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
        #[schema(as = grid::$Plan)]
        pub struct $Plan {
            #[serde(flatten)]
            #[schema(inline)]
            head: Head,
            code: String,
            kind: $Kind,
            person: Uuid,
            /// What whom it is for is called; not in the answers to steps.
            #[serde(skip_serializing_if = "Option::is_none")]
            person_name: Option<String>,
            purpose: String,
            since: NaiveDate,
            #[serde(skip_serializing_if = "Option::is_none")]
            until: Option<NaiveDate>,
        }

        impl Face for Entity {
            type Wire = $Plan;
            const PATH: &'static str = $path;

            fn wire(ctx: &Ctx, row: &Model) -> $Plan {
                $Plan {
                    head: Head::of::<Entity>(ctx, row),
                    code: row.code.clone(),
                    kind: row.kind,
                    person: row.person,
                    person_name: None,
                    purpose: row.purpose.clone(),
                    since: row.since,
                    until: row.until,
                }
            }

            fn step<'a>(tx: &'a mut Tx, row: &'a Model, action: &'a str, reason: Option<String>) -> Work<'a, Model> {
                let how = Move { reason, assignee: row.assignee, ..Move::default() };
                Box::pin(process::advance::<Entity>(tx, row, action, how))
            }
        }

        /// A plan with its visits.
        #[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
        #[schema(as = grid::$InFull)]
        pub(crate) struct $InFull {
            #[serde(flatten)]
            #[schema(inline)]
            plan: $Plan,
            /// Days between two visits.
            every_days: u32,
            #[serde(skip_serializing_if = "Option::is_none")]
            assignee: Option<Uuid>,
            /// `statutory_duty` or `consent`.
            ground: String,
            /// The article.
            basis: Text,
            /// Newest first; the last fifty.
            visits: Vec<VisitMade>,
            #[serde(flatten)]
            #[schema(inline)]
            course: Course,
        }

        #[derive(Debug, Default, Deserialize, IntoParams)]
        #[serde(default)]
        #[into_params(parameter_in = Query)]
        struct ListQuery {
            kind: Option<$Kind>,
        }

        /// For whom, what for, and how often.
        #[derive(Clone, Debug, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        #[schema(as = grid::$New, example = json!({
            "person": "0192f0c0-0000-7000-8000-000000000001", "kind": $example, "purpose": "每月上门看望，帮助解决困难"
        }))]
        pub(crate) struct $New {
            /// Somebody whom the base data knows as living here.
            #[schema(extensions(("x-picks" = json!("person"))))]
            person: Uuid,
            kind: $Kind,
            #[schema(min_length = 1, max_length = 200)]
            purpose: String,
            /// Days between two visits at most; the county's rule unless given.
            #[serde(default, deserialize_with = "whole_if_any")]
            #[schema(minimum = 1, maximum = 366)]
            every_days: Option<u32>,
            /// Who looks after them; unless given, whoever may visit here.
            #[serde(default)]
            #[schema(extensions(("x-choices" = json!({ "path": $holders, "value": "id", "title": "title" }))))]
            assignee: Option<Uuid>,
            /// The last day, where it is known: the plan ends by itself then.
            #[serde(default)]
            until: Option<NaiveDate>,
        }

        /// What is otherwise from now on; what is left out stays.
        #[derive(Clone, Debug, Default, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields, default)]
        #[schema(as = grid::$Adjustment, example = json!({ "every_days": 30 }))]
        pub(crate) struct $Adjustment {
            #[schema(min_length = 1, max_length = 200)]
            purpose: Option<String>,
            #[serde(deserialize_with = "whole_if_any")]
            #[schema(minimum = 1, maximum = 366)]
            every_days: Option<u32>,
            #[schema(extensions(("x-choices" = json!({ "path": $holders, "value": "id", "title": "title" }))))]
            assignee: Option<Uuid>,
            until: Option<NaiveDate>,
        }

        pub(crate) fn routes() -> OpenApiRouter<App> {
            OpenApiRouter::new()
                .routes(routes!(list, begin))
                .routes(routes!(show))
                .routes(routes!(visit))
                .routes(routes!(adjust))
                .merge(process::steps::<Entity>(&PROCESS, &[$visit, $adjust]))
        }

        /// Plans here and below, newest first.
        #[utoipa::path(get, path = $all, operation_id = $list_id, security(("token" = [$read])),
            params(("place" = String, Path, example = "530102"), ListQuery, Wanted, Paging),
            responses((status = 200, body = Page<$Plan>)))]
        async fn list(
            ctx: Ctx,
            Query(own): Query<ListQuery>,
            Query(wanted): Query<Wanted>,
            Query(paging): Query<Paging>,
        ) -> Result<Json<Page<$Plan>>> {
            let narrow = |query: sea_orm::Select<Entity>| match own.kind {
                Some(kind) => query.filter(Column::Kind.eq(kind)),
                None => query,
            };
            let mut page = process::list::<Entity>(&ctx, &wanted, &paging, narrow).await?;
            let places: Vec<&str> = page.items.iter().map(|plan| plan.head.place.as_str()).collect();
            let names = shared::names(&ctx, &places, page.items.iter().map(|plan| plan.person).collect()).await?;
            for plan in &mut page.items {
                plan.person_name = names.get(&plan.person).cloned();
            }
            Ok(Json(page))
        }

        /// One plan, with its visits and what the caller may do now.
        #[utoipa::path(get, path = $one, operation_id = $show_id, security(("token" = [$read])),
            params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)),
            responses((status = 200, body = $InFull)))]
        async fn show(ctx: Ctx, path: Path<MatterPath>) -> Result<Reply<$InFull>> {
            let row = process::find::<Entity>(&ctx, path.id).await?;
            let mut plan = Entity::wire(&ctx, &row);
            plan.person_name = shared::names(&ctx, &[&plan.head.place], vec![row.person]).await?.remove(&row.person);
            let law = row.kind.law();
            let full = $InFull {
                plan,
                every_days: days(&ctx, &row)?,
                assignee: row.assignee,
                ground: shared::ground(&law).to_owned(),
                basis: law.unwrap_or(shared::CONSENT),
                visits: made(&ctx, &row).await?,
                course: Course::of::<Entity>(&ctx, &row).await?,
            };
            Ok(Reply::ok(full).version(row.version))
        }

        /// Begins a plan for somebody who lives here.
        #[utoipa::path(post, path = $all, operation_id = $begin_id, security(("token" = [$begin])),
            params(("place" = String, Path, example = "530102001001")),
            request_body = $New, responses((status = 201, body = $Plan)))]
        async fn begin(ctx: Ctx, Json(new): Json<$New>) -> Result<Reply<$Plan>> {
            let mut tx = ctx.begin().await?;
            let row = opened(&mut tx, new).await?;
            process::opened::<Entity>(&ctx, tx, $begin, &row).await
        }

        /// Records a visit, and when to come again. It may lead to an incident in the same request.
        #[utoipa::path(post, path = $visit_path, operation_id = $visit_id, security(("token" = [$visit])),
            params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path),
                ("If-Match" = Option<String>, Header, description = "the ETag that was read; needed to visit once more")),
            request_body = NewVisit, responses((status = 200, body = $Plan)))]
        async fn visit(ctx: Ctx, path: Path<MatterPath>, Json(new): Json<NewVisit>) -> Result<Reply<$Plan>> {
            let row = process::find::<Entity>(&ctx, path.id).await?;
            let mut tx = ctx.begin().await?;
            let row = visited(&mut tx, &row, new).await?;
            process::done::<Entity>(&ctx, tx, $visit, &row).await
        }

        /// Lays down otherwise what for, how often, until when, or who looks after them.
        #[utoipa::path(post, path = $adjust_path, operation_id = $adjust_id, security(("token" = [$adjust])),
            params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path),
                ("If-Match" = Option<String>, Header, description = "the ETag that was read; needed to adjust once more")),
            request_body = $Adjustment, responses((status = 200, body = $Plan)))]
        async fn adjust(ctx: Ctx, path: Path<MatterPath>, Json(new): Json<$Adjustment>) -> Result<Reply<$Plan>> {
            let row = process::find::<Entity>(&ctx, path.id).await?;
            let mut tx = ctx.begin().await?;
            let row = adjusted(&mut tx, &row, new).await?;
            process::done::<Entity>(&ctx, tx, $adjust, &row).await
        }
    };
}
