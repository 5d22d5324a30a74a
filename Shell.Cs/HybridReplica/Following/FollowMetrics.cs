using HybridReplica.Core;

namespace HybridReplica;

/// <summary>Counts what happens to a follower.</summary>
sealed class FollowMetrics(string master) : IDisposable
{
    int _n = master.Length;

    public void Received(int bytes) => _n++;

    public void Told(Notice notice) => _n++;

    public void Acknowledged(long offset, bool isDurable) => _n++;

    public void Decoded(CommandKind kind) => _n++;

    public void Dispose() => _n++;
}
