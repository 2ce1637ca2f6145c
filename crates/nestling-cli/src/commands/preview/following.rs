//! A preview that follows the work tree: it is drawn again whenever a file is saved or the window is resized, until somebody quits.

use super::{Args, show};
use crate::exit::{Exit, Failure};
use crate::invocation::ended;
use crate::io::{Io, counted};
use crate::keyboard::Keyboard;
use crate::serve::Server;
use crate::session::Session;
use crate::watch::{Waited, Watch};
use crate::{output, page, report};
use nestling::view;
use nestling::{Diagnostic, Plan, Severity};
use std::path::Path;
use std::time::Duration;

/// Interval of looking at the keyboard and at the size of the window.
const TICK: Duration = Duration::from_millis(100);

/// Shows the pipeline again whenever a file is saved. Errors are reported, and the next save is awaited.
pub(super) fn watch(args: &Args, session: &mut Session, io: &mut Io) -> Result<Exit, Failure> {
    let own = args.html.as_ref().map(|file| session.directory().join(file));
    let (root, _) = session.work_tree()?;
    let mut watch = Watch::new(root, &session.git().git_directories(), own.as_deref())?;
    let server = if args.serve { Some(Server::start()?) } else { None };
    let keyboard = if io.is_terminal() { Keyboard::open() } else { None };
    let mut args = args.clone();
    let mut plan = session.plan()?;
    let mut exit = draw(&args, session, &plan, server.as_ref(), io)?;
    opened(&mut args, server.as_ref(), io)?;
    loop {
        match watch.wait(TICK)? {
            Waited::Ended => return Ok(exit),
            Waited::Saved(saved) => {
                session.forget(&saved);
                // A served page is not drawn here: its URL stays in view.
                if server.is_none() {
                    io.redraw()?;
                }
                let planned = session.plan().and_then(|planned| {
                    let exit = draw(&args, session, &planned, server.as_ref(), io)?;
                    plan = planned;
                    Ok(exit)
                });
                exit = match planned {
                    Err(failure) if failure.exit != Exit::Output => crate::report_failure(&failure, io),
                    outcome => outcome?,
                };
            }
            Waited::Nothing if keyboard.as_ref().is_some_and(Keyboard::wants_to_quit) => return Ok(exit),
            Waited::Nothing if io.measure() && args.html.is_none() && server.is_none() => {
                io.redraw()?;
                draw(&args, session, &plan, None, io)?;
            }
            Waited::Nothing => {}
        }
    }
}

/// Opens the page, once.
fn opened(args: &mut Args, server: Option<&Server>, io: &mut Io) -> Result<(), Failure> {
    let Some(server) = server else {
        if args.open {
            args.html.get_or_insert_with(page::temporary);
            args.open = false;
        }
        return Ok(());
    };
    io.message(format_args!("serving {}\n", server.url()));
    if std::mem::take(&mut args.open) {
        output::open(Path::new(&server.url_for_once()?))?;
    }
    Ok(())
}

/// Draws a plan, then what is wrong: the end of the output is what a terminal shows.
fn draw(
    args: &Args,
    session: &Session,
    plan: &Plan,
    server: Option<&Server>,
    io: &mut Io,
) -> Result<Exit, Failure> {
    match server {
        Some(server) => {
            let mut page = page::make(session, plan, args.durations.as_deref(), io)?;
            page.reload_live(server.next_version());
            server.publish(page.render().map_err(Failure::output)?);
            io.message(view::summary(plan));
        }
        None => show(args, session, plan, io)?,
    }
    report_first(plan, io);
    Ok(ended(!plan.has_errors()))
}

/// Reports the most severe diagnostic whole, and how many there are.
fn report_first(plan: &Plan, io: &mut Io) {
    let mut lines = Vec::new();
    for (severity, word) in
        [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")]
    {
        let of_severity: Vec<&Diagnostic> =
            plan.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).collect();
        if let Some(first) = of_severity.first().filter(|_| lines.is_empty()) {
            io.message(report::excerpt(first, &plan.sources, &io.renderer()));
        }
        if !of_severity.is_empty() {
            lines.push(counted(of_severity.len(), word));
        }
    }
    if !lines.is_empty() {
        let more =
            if plan.diagnostics.len() > 1 { "; the first is above, `nestling check` shows all" } else { "" };
        io.message(format_args!("{}{more}\n", lines.join(", ")));
    }
}
