using HybridReplica.Core;

namespace HybridReplica;

/// <summary>
/// What is done with an archive in the background, one thing after the other, and reported through the mailbox.
/// </summary>
sealed class ArchiveSteps(Mailbox mailbox)
{
    Task _last = Task.CompletedTask;

    /// <summary>Completes when all that was begun is done, whatever came of it.</summary>
    public Task Idle => Quietly(_last);

    /// <summary>Begins something, behind what is under way.</summary>
    /// <param name="step">What it is.</param>
    /// <param name="work">Does it, and says what came of it. What the disk refuses is reported.</param>
    public ValueTask<Event?> Begin(ArchiveStep step, Func<ArchiveEvent> work)
    {
        var working = RunAsync(_last, step, work);
        _last = working;
        mailbox.PostLater(new(working));
        return default;
    }

    /// <summary>The same, and there is nothing to say but that it is done.</summary>
    public ValueTask<Event?> Begin(ArchiveStep step, Action work) =>
        Begin(
            step,
            () =>
            {
                work();
                return ArchiveEvent.Done;
            }
        );

    static async Task<Event> RunAsync(Task before, ArchiveStep step, Func<ArchiveEvent> work)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        try
        {
            return Event.NewArchive(work());
        }
        catch (Exception exception) when (FileTroubles.IsOne(exception))
        {
            return Failed(step, exception);
        }
    }

    /// <summary>The report that the disk refuses something.</summary>
    public static Event Failed(ArchiveStep step, Exception exception) =>
        Event.NewArchive(ArchiveEvent.NewFailed(step, FileTroubles.Of(exception)));

    static async Task Quietly(Task work) => await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
