//! What may be done with a plan, of either side: begun, visited, adjusted, and ended by itself. Made twice by `plan_service!`.

macro_rules! plan_service {
    () => {
        async fn opened(tx: &mut Tx, new: New) -> Result<Model> {
            let mut faults = Faults::default();
            let purpose = faults.text("purpose", &new.purpose, 200);
            shared::within_a_year(tx, &mut faults, "until", new.until);
            shared::interval(&mut faults, new.every_days);
            faults.check()?;
            let person = shared::resident(tx, new.person).await?;
            let place = tx.snapshot.places.place(person.place)?;
            tx.require(BEGIN, &place)?;
            shared::able(tx, new.assignee, VISIT, &place).await?;
            once(tx, &person.id, person.county, new.kind).await?;
            if let Some(form) = CONSENT.filter(|_| new.kind.law().is_none()) {
                forms::answer(tx, form, person.id, &Answers::default()).await?;
            }
            let days = match new.every_days {
                Some(days) => days,
                None => tx.rule(DAYS)?.number()?,
            };
            let due = shared::end_of(tx, shared::after(tx.today(), days));
            let how = Move { assignee: new.assignee, clock: Clock::Until(due), ..Move::default() };
            let opening = process::open(tx, &PROCESS, &place, |o| o.code(LETTERS), how).await?;
            let row = plan::ActiveModel {
                code: Set(opening.code(LETTERS)),
                person: Set(person.id),
                kind: Set(new.kind),
                purpose: Set(purpose),
                every_days: Set(new.every_days.and_then(|days| days.try_into().ok())),
                assignee: Set(new.assignee),
                since: Set(tx.today()),
                until: Set(new.until),
                ..plan::ActiveModel::opened(&opening)
            };
            Ok(Entity::insert(row).exec_with_returning(tx.db()).await?)
        }

        /// Nobody has two plans of one kind at once.
        async fn once(tx: &Tx, person: &Uuid, county: i32, kind: Kind) -> Result<()> {
            let open = Entity::within(&Scope::counties(vec![county]))
                .filter(Column::Person.eq(*person))
                .filter(Column::Kind.eq(kind))
                .filter(Column::ClosedAt.is_null())
                .one(tx.db())
                .await?;
            let Some(open) = open else { return Ok(()) };
            Err(refuse(
                ALREADY,
                Text::new("已有同一类别的服务计划", "there is a plan of this kind for this person already"),
            )
            .rule(BEGIN)
            .source(Text::new(
                "个人信息保护法第六条（最小范围）：同一件事不重复建档",
                "Personal Information Protection Law, Article 6 (minimum scope): nothing is kept twice",
            ))
            .who(Text::new("在已有的计划上调整", "adjust the plan that is there"))
            .current(serde_json::json!({ "code": open.code }))
            .into())
        }

        fn days(ctx: &Ctx, row: &Model) -> Result<u32> {
            match row.every_days.and_then(|days| days.try_into().ok()) {
                Some(days) => Ok(days),
                None => ctx.rule(DAYS)?.number(),
            }
        }

        async fn visited(tx: &mut Tx, row: &Model, new: NewVisit) -> Result<Model> {
            let told = shared::told(tx, new, &row.purpose, row.since, days(tx, row)?)?;
            let clock = Clock::Until(shared::end_of(tx, told.next_by));
            let how = Move { assignee: row.assignee, clock, ..Move::default() };
            let row = process::advance::<Entity>(tx, row, VISIT, how).await?;
            let place = tx.snapshot.places.place(row.place)?;
            let incident = shared::incident(tx, &place, &told).await?;
            let id = tx.id();
            let seal = |text: &str| tx.app.keyring.seal(VISITS, id.as_bytes(), text.as_bytes());
            let made = visit::ActiveModel {
                county: Set(row.county),
                id: Set(id),
                plan: Set(row.id),
                visited_on: Set(told.on),
                purpose: Set(Some(seal(&told.purpose)?)),
                found: Set(Some(seal(&told.found)?)),
                to_do: Set(told.to_do.as_deref().map(seal).transpose()?),
                next_by: Set(told.next_by),
                incident: Set(incident),
                recorded_by: Set(tx.actor.name.clone()),
                at: Set(tx.now),
            };
            visit::Entity::insert(made).exec_without_returning(tx.db()).await?;
            Ok(row)
        }

        /// The last visits, newest first.
        async fn made(ctx: &Ctx, row: &Model) -> Result<Vec<VisitMade>> {
            let rows = visit::Entity::within(&Scope::counties(vec![row.county]))
                .filter(visit::Column::Plan.eq(row.id))
                .order_by_desc(visit::Column::Id)
                .limit(50)
                .all(ctx.db())
                .await?;
            rows.into_iter()
                .map(|row| {
                    let open = |sealed: &[u8]| -> Result<String> {
                        let plain = ctx.app.keyring.open(VISITS, row.id.as_bytes(), sealed)?;
                        Ok(String::from_utf8_lossy(&plain).into_owned())
                    };
                    let text = |sealed: &Option<Vec<u8>>| sealed.as_deref().map(open).transpose();
                    Ok(VisitMade {
                        on: row.visited_on,
                        purpose: text(&row.purpose)?.unwrap_or_default(),
                        found: text(&row.found)?.unwrap_or_default(),
                        to_do: text(&row.to_do)?,
                        next_by: row.next_by,
                        incident: row.incident.clone(),
                        recorded_by: row.recorded_by.clone(),
                    })
                })
                .collect()
        }

        async fn adjusted(tx: &mut Tx, row: &Model, new: Adjustment) -> Result<Model> {
            let mut faults = Faults::default();
            let purpose = new.purpose.as_deref().map(|text| faults.text("purpose", text, 200));
            shared::within_a_year(tx, &mut faults, "until", new.until);
            shared::interval(&mut faults, new.every_days);
            faults.check()?;
            let place = tx.snapshot.places.place(row.place)?;
            shared::able(tx, new.assignee, VISIT, &place).await?;
            let clock = match new.every_days {
                Some(days) => Clock::Until(shared::end_of(tx, shared::after(tx.today(), days))),
                None => Clock::Keep,
            };
            let assignee = new.assignee.or(row.assignee);
            let every_days = new.every_days.and_then(|days| days.try_into().ok()).or(row.every_days);
            let until = new.until.or(row.until);
            let purpose = purpose.unwrap_or_else(|| row.purpose.clone());
            let row = process::advance::<Entity>(tx, row, ADJUST, Move { assignee, clock, ..Move::default() }).await?;
            process::set::<Entity>(tx, &row, |u| {
                u.col_expr(Column::Assignee, Expr::value(assignee))
                    .col_expr(Column::EveryDays, Expr::value(every_days))
                    .col_expr(Column::Until, Expr::value(until))
                    .col_expr(Column::Purpose, Expr::value(purpose))
            })
            .await
        }

        /// The plans that are for somebody, where they may be seen.
        pub(super) async fn held(ctx: &Ctx, person: Uuid, sees: impl Fn(&Place) -> bool) -> Result<Vec<Held>> {
            let rows = Entity::within(&Scope::counties(vec![ctx.place()?.chain()]))
                .filter(Column::Person.eq(person))
                .order_by_desc(Column::Id)
                .all(ctx.db())
                .await?;
            let seen = rows.into_iter().filter(|row| ctx.snapshot.places.get(row.place).is_some_and(|place| sees(place)));
            let named = seen.map(|row| Held {
                kind: Entity::KIND.to_owned(),
                id: row.id,
                label: row.code,
                role: ROLE,
                at: row.opened_at,
                open: row.closed_at.is_none(),
            });
            Ok(named.collect())
        }

        /// Ends the open plans for somebody.
        pub(super) async fn gone(tx: &mut Tx, person: Uuid, why: &str) -> Result<()> {
            let open = Entity::within(&tx.scope).filter(Column::Person.eq(person)).filter(Column::ClosedAt.is_null());
            let open = open.all(tx.db()).await?;
            end(tx, &open, why).await
        }

        /// How many a timer deals with in one transaction.
        const BATCH: u64 = 200;

        /// Ends those whose last day has passed.
        pub(super) async fn end_due(tx: &mut Tx) -> Result<u64> {
            let over = Entity::within(&tx.scope)
                .filter(Column::Until.lt(tx.today()))
                .filter(Column::ClosedAt.is_null())
                .order_by_asc(Column::Until)
                .limit(BATCH)
                .all(tx.db())
                .await?;
            end(tx, &over, "期限届满").await?;
            Ok(over.len() as u64)
        }

        async fn end(tx: &mut Tx, open: &[Model], why: &str) -> Result<()> {
            for row in open {
                let how = Move { reason: Some(why.to_owned()), ..Move::default() };
                process::advance::<Entity>(tx, row, END, how).await?;
            }
            Ok(())
        }
    };
}
