use std::sync::mpsc as std_mpsc;

use tokio::task::JoinHandle;
use tracing_subscriber::Registry;

use super::*;

/// A work that is answered with the size of its group and the name of its span.
type Toy = Reply<(usize, Option<&'static str>)>;

/// Says when it has taken a group, and commits it when it is let to.
struct Toys {
    taken: mpsc::UnboundedSender<()>,
    let_go: std_mpsc::Receiver<()>,
}

impl Commit for Toys {
    type Work = Toy;

    fn commit(&mut self, works: Vec<Asked<Toy>>) {
        self.taken.send(()).ok();
        self.let_go.recv().ok();
        let size = works.len();
        for Asked { work, span, held: _held } in works {
            drop(work.send(Ok((size, span.metadata().map(|metadata| metadata.name())))));
        }
    }
}

struct Stage {
    writer: Arc<Writer<Toy>>,
    taken: mpsc::UnboundedReceiver<()>,
    go: std_mpsc::Sender<()>,
}

fn stage() -> Stage {
    let ((taking, taken), (go, let_go)) = (mpsc::unbounded_channel(), std_mpsc::channel());
    let writer = Writer::start([Ok(Toys { taken: taking, let_go })].into_iter()).unwrap();
    Stage { writer: Arc::new(writer), taken, go }
}

impl Stage {
    /// Asks for so many works; each answers the size of its group.
    fn ask(&self, count: usize) -> Vec<JoinHandle<usize>> {
        let ask = |_| {
            let writer = Arc::clone(&self.writer);
            tokio::spawn(async move { writer.ask(|answer| answer).await.unwrap().0 })
        };
        (0..count).map(ask).collect()
    }

    /// Asks for one work and waits until it is being committed.
    async fn busy(&mut self) -> Vec<JoinHandle<usize>> {
        let work = self.ask(1);
        self.taken.recv().await.unwrap();
        work
    }

    /// Returns when so many works wait.
    async fn wait_for_backlog(&self, works: usize) {
        while self.writer.backlog() < works {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn what_gathers_while_a_group_is_committed_is_the_next_group() {
    let mut stage = stage();
    let mut works = stage.busy().await;
    works.extend(stage.ask(3));
    stage.wait_for_backlog(3).await;
    stage.go.send(()).unwrap();
    stage.go.send(()).unwrap();
    let sizes = futures_util::future::join_all(works).await.into_iter().map(Result::unwrap);
    assert_eq!(sizes.collect::<Vec<_>>(), [1, 3, 3, 3]);
}

#[tokio::test]
async fn what_can_come_again_is_turned_away_while_the_queue_is_long() {
    let mut stage = stage();
    stage.busy().await;
    stage.ask(QUEUE - RESERVED);
    stage.wait_for_backlog(QUEUE - RESERVED).await;
    assert!(stage.writer.make_room().is_ok());
    stage.ask(1);
    stage.wait_for_backlog(QUEUE - RESERVED + 1).await;
    assert!(matches!(stage.writer.make_room(), Err(StoreError::Overloaded)));
}

#[tokio::test]
async fn clicks_take_an_eighth_of_the_places_and_reports_find_the_others() {
    let mut stage = stage();
    stage.busy().await;
    for _ in 0..CLICKS {
        let writer = Arc::clone(&stage.writer);
        tokio::spawn(async move { writer.ask_for_click(|answer| answer).await });
    }
    stage.wait_for_backlog(CLICKS).await;
    assert!(matches!(stage.writer.ask_for_click(|answer| answer).await, Err(StoreError::Overloaded)));
    assert!(stage.writer.make_room().is_ok());
    // With the group that they waited for their places are free again.
    for _ in 0..2 {
        stage.go.send(()).unwrap();
        stage.taken.recv().await.unwrap();
    }
    assert_eq!(stage.writer.clicks.available_permits(), GROUP);
}

#[tokio::test]
async fn a_report_waits_behind_no_more_than_the_group_that_is_being_committed() {
    let mut stage = stage();
    stage.busy().await;
    stage.ask(3 * GROUP);
    stage.wait_for_backlog(3 * GROUP).await;
    let writer = Arc::clone(&stage.writer);
    let report = tokio::spawn(async move { writer.ask_to_record(1, |answer| answer).await });
    stage.wait_for_backlog(3 * GROUP + 1).await;
    // The group that was being committed, and the next one.
    for _ in 0..2 {
        stage.go.send(()).unwrap();
        stage.taken.recv().await.unwrap();
    }
    assert_eq!(report.await.unwrap().unwrap().0, GROUP);
}

#[tokio::test]
async fn reports_take_half_of_a_group_while_others_wait() {
    let mut stage = stage();
    stage.busy().await;
    for _ in 0..GROUP {
        let writer = Arc::clone(&stage.writer);
        tokio::spawn(async move { writer.ask_to_record(1, |answer| answer).await });
    }
    let others = stage.ask(GROUP / 2);
    stage.wait_for_backlog(GROUP + GROUP / 2).await;
    for _ in 0..2 {
        stage.go.send(()).unwrap();
        stage.taken.recv().await.unwrap();
    }
    for other in others {
        assert_eq!(other.await.unwrap(), GROUP);
    }
}

#[tokio::test]
async fn few_works_of_many_bytes_fill_the_queue_as_many_of_few_do() {
    let mut stage = stage();
    stage.busy().await;
    let large = (BYTES - RESERVED_BYTES) / 3;
    for _ in 0..3 {
        let writer = Arc::clone(&stage.writer);
        tokio::spawn(async move { writer.ask_weighing(large, |answer| answer).await });
    }
    stage.wait_for_backlog(3).await;
    assert!(stage.writer.make_room().is_ok());
    let writer = Arc::clone(&stage.writer);
    tokio::spawn(async move { writer.ask_weighing(4, |answer| answer).await });
    stage.wait_for_backlog(4).await;
    assert!(matches!(stage.writer.make_room(), Err(StoreError::Overloaded)));
}

#[tokio::test]
async fn whoever_is_never_answered_is_told_that_the_store_is_closed() {
    let (writer, queues) = Writer::<Toy>::with_queues(Arc::default());
    drop(queues);
    assert!(matches!(writer.ask(|answer| answer).await, Err(StoreError::Closed)));
}

#[test]
fn a_work_takes_its_callers_span_along() {
    tracing::subscriber::with_default(Registry::default(), || {
        let Stage { writer, taken: _taken, go } = stage();
        go.send(()).unwrap();
        let _within = tracing::info_span!("asking").entered();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        assert_eq!(runtime.block_on(writer.ask(|answer| answer)).unwrap(), (1, Some("asking")));
    });
}
