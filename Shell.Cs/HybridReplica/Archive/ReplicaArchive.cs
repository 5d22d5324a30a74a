namespace HybridReplica;

/// <summary>
/// A continuous archive of a master: snapshots, and the stream behind them, from which any moment can be restored.
/// </summary>
/// <remarks>
/// <para>
/// It is a folder with a multi-part append-only file as Redis writes it (since 7.0): a manifest, bases and segments. A
/// small index beside each segment says when what was received.
/// </para>
/// <para>
/// Whoever only reads an archive may do so while somebody archives into it. Nothing is opened before a method is
/// called, and nothing is held open afterwards, so there is nothing to dispose of.
/// </para>
/// </remarks>
public sealed partial class ReplicaArchive
{
    readonly ArchiveFolderAccess _files;

    /// <summary>An archive in a folder. Nothing is looked at yet.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">What the names of its files begin with (<c>appendfilename</c>).</param>
    /// <exception cref="ArgumentException">The folder is empty, or the name is empty or a path.</exception>
    public ReplicaArchive(string folder, string name = "appendonly.aof")
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.AsSpan().IndexOfAny('/', '\\') >= 0)
            throw new ArgumentException($"The name of an archive is not a path: {name}.", nameof(name));

        Folder = Path.GetFullPath(folder);
        Name = name;
        _files = new(Folder);
    }

    /// <summary>The full path of the folder.</summary>
    public string Folder { get; }

    /// <summary>What the names of its files begin with.</summary>
    public string Name { get; }
}
