using HybridReplica.Core;

namespace HybridReplica;

/// <summary>
/// Keeps the position in a small readable file, which is replaced as a whole and synced to disk each time: whatever
/// ends the process or the machine, the file holds either the position before or the new one.
/// </summary>
/// <remarks>
/// It is written to <c>&lt;name&gt;.new</c> beside the file, synced, renamed over it, and the folder is synced. Calls
/// must not overlap, and a file belongs to one store at a time.
/// </remarks>
public sealed class FilePositionStore : IPositionStore
{
    readonly string _temporaryPath;
    readonly Action<FileStep>? _before;

    /// <summary>A store in this file. It does not have to exist yet; its folder does.</summary>
    /// <param name="path">The file.</param>
    public FilePositionStore(string path)
        : this(path, before: null) { }

    /// <summary>The same, and somebody hears of each step before it is done, and may end it there.</summary>
    internal FilePositionStore(string path, Action<FileStep>? before)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Path = System.IO.Path.GetFullPath(path);
        _temporaryPath = Path + ".new";
        _before = before;
    }

    /// <summary>The full path of the file.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    /// <exception cref="PositionStoreException">The file is damaged, or a newer version wrote it.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    public async ValueTask<Position?> LoadAsync(CancellationToken cancellationToken = default) =>
        (await LoadStoredAsync(cancellationToken).ConfigureAwait(false))?.Position;

    /// <summary>
    /// The position that was stored last, and the length of the output up to there. Null: there is no file yet.
    /// </summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PositionStoreException">The file is damaged, or a newer version wrote it.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    public ValueTask<StoredPosition?> LoadStoredAsync(CancellationToken cancellationToken = default) =>
        new(Task.Run(Load, cancellationToken));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The position lies in a transaction.</exception>
    /// <exception cref="IOException">The disk does not take it; the old position may be there still.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written.</exception>
    public ValueTask StoreAsync(Position position, CancellationToken cancellationToken = default) =>
        StoreAsync(new StoredPosition(position, OutputLength: null), cancellationToken);

    /// <summary>Stores a position and the length of the output up to there, for good and at once.</summary>
    /// <param name="stored">Both.</param>
    /// <param name="cancellationToken">Gives up, as long as nothing was replaced.</param>
    /// <exception cref="ArgumentException">The position lies in a transaction.</exception>
    /// <exception cref="IOException">The disk does not take it; the old position may be there still.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written.</exception>
    public ValueTask StoreAsync(StoredPosition stored, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stored);
        if (stored.Position is { InTransaction: true })
            throw new ArgumentException("A position in a transaction cannot be resumed from.", nameof(stored));

        return new(Task.Run(() => Store(PositionText.Print(stored)), cancellationToken));
    }

    StoredPosition? Load()
    {
        var buffer = new byte[PositionText.MostBytes + 1];
        int length;
        try
        {
            using var file = File.OpenHandle(Path);
            length = RandomAccess.Read(file, buffer, fileOffset: 0);
        }
        catch (FileNotFoundException)
        {
            return null;
        }

        var (stored, problem) = PositionText.Parse(buffer.AsSpan(0, length));
        return stored ?? throw Unusable(problem);
    }

    void Store(byte[] bytes)
    {
        _before?.Invoke(FileStep.Create);
        using (var file = File.OpenHandle(_temporaryPath, FileMode.Create, FileAccess.Write, FileShare.Read))
        {
            _before?.Invoke(FileStep.Write);
            RandomAccess.Write(file, bytes, fileOffset: 0);
            _before?.Invoke(FileStep.Sync);
            FileSync.Run(file);
        }

        _before?.Invoke(FileStep.Rename);
        File.Move(_temporaryPath, Path, overwrite: true);
        _before?.Invoke(FileStep.SyncFolder);
        FolderSync.RunFor(Path, "position file");
    }

    PositionStoreException Unusable(PositionStoreProblem problem) =>
        new(
            problem,
            problem == PositionStoreProblem.Newer
                ? $"The position file {Path} was written by a newer version"
                : $"The position file {Path} is damaged"
        );
}
