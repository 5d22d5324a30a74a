namespace HybridReplica;

/// <summary>
/// Names for temporary files as Redis gives them, <c>temp-&lt;unixtime&gt;.&lt;pid&gt;.rdb</c>, no two the same.
/// </summary>
/// <remarks>
/// Redis tries the same name five times over, because its clock stands still meanwhile (<c>syncWithMaster</c>,
/// 6.0.16). Here a second that was used is not used again.
/// </remarks>
static class TemporaryName
{
    static long _lastSecond;

    /// <summary>A name that this process has not used yet.</summary>
    public static string Next(TimeProvider time)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        long last,
            second;
        do
        {
            last = Interlocked.Read(ref _lastSecond);
            second = Math.Max(now, last + 1);
        } while (Interlocked.CompareExchange(ref _lastSecond, second, last) != last);

        return $"temp-{second}.{Environment.ProcessId}.rdb";
    }
}
