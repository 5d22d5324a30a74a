namespace HybridReplica;

/// <summary>Waits that end when somebody wants to stop, though the work goes on.</summary>
static class Interruption
{
    /// <summary>Waits for the work. Whoever wants to stop is not made to go on with what waits here.</summary>
    /// <exception cref="OperationCanceledException">Somebody wants to stop. What becomes of the work, nobody looks
    /// at.</exception>
    public static async Task WaitAsync(Task work, CancellationToken stop)
    {
        try
        {
            await work.WaitAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!work.IsCompleted)
        {
            Forget(work);
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            throw;
        }
    }

    // An exception that nobody looks at is reported as a bug later on.
    static void Forget(Task work) =>
        work.ContinueWith(
            static left => _ = left.Exception,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
}
