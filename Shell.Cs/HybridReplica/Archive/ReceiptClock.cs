namespace HybridReplica;

/// <summary>When what was received was received: a clock that never goes backwards, whatever becomes of that of the
/// system.</summary>
sealed class ReceiptClock(TimeProvider time)
{
    long _latest;

    /// <summary>Now, in milliseconds of unix time.</summary>
    public long Now()
    {
        AtLeast(time.GetUtcNow().ToUnixTimeMilliseconds());
        return _latest;
    }

    /// <summary>It was as late as that once.</summary>
    public void AtLeast(long time) => _latest = Math.Max(_latest, time);
}
