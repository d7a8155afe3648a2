//! Smaller ones of pictures, made as soon as texts are brought in.

use super::{Failure, Outcome, Setting};
use crate::pictures::{Keeper, Wanted};

/// Makes them and says what should be known. Nothing that was brought in is lost if it cannot be done: a running site makes what
/// is missing.
pub(super) async fn make(setting: &Setting, wanted: Wanted) -> Outcome {
    if wanted.is_empty() {
        return Ok(());
    }
    let keeper = Keeper::new(&setting.config.site.pictures);
    let making = tokio::task::spawn_blocking(move || keeper.add(&wanted));
    let done = making.await.map_err(|error| Failure::Failed(error.to_string()))?;
    let done = match done {
        Ok(done) => done,
        Err(error) => {
            let folder = setting.config.site.pictures.display();
            println!("  note: smaller ones of the pictures cannot be kept in {folder}: {error}");
            return Ok(());
        }
    };
    for (name, why) in &done.said {
        println!("  note: picture {name}: {why}");
    }
    if done.made > 0 {
        println!("Made {} smaller pictures.", done.made);
    }
    Ok(())
}
