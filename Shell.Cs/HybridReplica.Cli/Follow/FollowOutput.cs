namespace HybridReplica.Cli.Follow;

/// <summary>Where what comes out of the stream is written to.</summary>
abstract class FollowOutput : IDisposable
{
    /// <summary>How people call it.</summary>
    public abstract string Name { get; }

    /// <summary>The file it is. Null: standard output, or whatever else keeps nothing.</summary>
    public virtual string? Path => null;

    /// <summary>Whether what was written can be cut off again.</summary>
    public abstract bool CanCut { get; }

    /// <summary>How many bytes it has; where it keeps nothing, how many were written.</summary>
    public long Length { get; protected set; }

    /// <summary>Adds bytes at the end.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="stop">Gives up waiting for somebody to take them.</param>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop);

    /// <summary>Makes sure that what was written is on disk.</summary>
    public abstract ValueTask SyncAsync(CancellationToken stop);

    /// <summary>Cuts it back to a length.</summary>
    public abstract void CutTo(long length);

    public abstract void Dispose();
}
