using HybridReplica.Core;

namespace HybridReplica;

/// <summary>
/// A snapshot on its way to a file: written beside the target under another name, and renamed once it is whole.
/// </summary>
/// <param name="target">The full path of the file to create or replace.</param>
/// <param name="time">The clock that the temporary names are taken from.</param>
sealed class SnapshotFile(string target, TimeProvider time) : ISnapshotTarget
{
    const UnixFileMode ReadableByAll =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    static readonly Task<FileTrouble?> NotSyncing = Task.FromResult<FileTrouble?>(null);

    string _target = target;
    string? _temporaryPath;
    FileStream? _temporary;
    long _length;
    Task<FileTrouble?> _syncing = NotSyncing;

    /// <summary>What the snapshot received last amounts to. Null: none was received whole.</summary>
    public BaseFacts? Facts { get; private set; }

    /// <summary>The next snapshot goes to another file.</summary>
    /// <param name="path">Its full path.</param>
    public void Target(string path) => _target = path;

    /// <summary>
    /// Finds out whether the target can be written, by creating a file beside it and removing it again.
    /// </summary>
    public Event Check()
    {
        if (Directory.Exists(_target))
            return Failed(FileStep.Check, FileTrouble.IsFolder);
        if (FileKind.IsSpecial(_target))
            return Failed(FileStep.Check, FileTrouble.NotAFile);

        var probe = NextPath();
        var trouble = Try(() =>
        {
            New(probe).Dispose();
            File.Delete(probe);
        });
        // Somebody else's file of that name says nothing about the folder.
        return trouble is null || trouble.IsExists ? Event.TargetReady : Failed(FileStep.Check, trouble);
    }

    /// <summary>Creates the temporary file, under a name not used before.</summary>
    public Event Create()
    {
        var path = NextPath();
        var trouble = Try(() => _temporary = New(path));
        if (trouble is not null)
            return Failed(FileStep.Create, trouble);

        _temporaryPath = path;
        _length = 0;
        _syncing = NotSyncing;
        return Event.TemporaryCreated;
    }

    public ValueTask<Event?> AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        if (_syncing is { IsCompletedSuccessfully: true, Result: { } late })
            return new(Failed(FileStep.Sync, late));

        try
        {
            RandomAccess.Write(Temporary.SafeFileHandle, bytes.Span, _length);
            _length += bytes.Length;
            return default;
        }
        catch (Exception exception) when (FileTroubles.IsOne(exception))
        {
            return new(Failed(FileStep.Write, FileTroubles.Of(exception)));
        }
        catch (ArgumentOutOfRangeException)
        {
            // What .NET makes of EFBIG.
            return new(Failed(FileStep.Write, FileTrouble.TooLarge));
        }
    }

    /// <summary>Keeps the first so many bytes.</summary>
    /// <returns>What went wrong; null if nothing did.</returns>
    public Event? CutTo(long length)
    {
        if (length >= _length)
            return null;

        var trouble = Try(() => RandomAccess.SetLength(Temporary.SafeFileHandle, length));
        if (trouble is not null)
            return Failed(FileStep.Write, trouble);

        _length = length;
        return null;
    }

    // Nothing is ever held back.
    public ValueTask<Event?> CompleteAsync(RdbCheck check, CancellationToken stop)
    {
        Facts = new(time.GetUtcNow().ToUnixTimeMilliseconds(), check.Bytes, check.BodyChecksum);
        return default;
    }

    /// <summary>Starts to sync what was written so far, once the sync before it is done.</summary>
    public async ValueTask<Event?> SyncBehindAsync(CancellationToken stop)
    {
        if (await SyncedAsync(stop).ConfigureAwait(false) is { } failure)
            return failure;

        _syncing = StartSync();
        return null;
    }

    /// <summary>Syncs the whole file.</summary>
    public async ValueTask<Event> SyncAsync(CancellationToken stop)
    {
        if (await SyncBehindAsync(stop).ConfigureAwait(false) is { } failure)
            return failure;

        return await SyncedAsync(stop).ConfigureAwait(false) ?? Event.Synced;
    }

    // Waits for the sync that is under way. A disk may take its time over that: whoever wants to stop does not wait.
    async ValueTask<Event?> SyncedAsync(CancellationToken stop)
    {
        try
        {
            await Interruption.WaitAsync(_syncing, stop).ConfigureAwait(false);
            return await _syncing.ConfigureAwait(false) is { } trouble ? Failed(FileStep.Sync, trouble) : null;
        }
        catch (OperationCanceledException)
        {
            return Event.StopRequested;
        }
    }

    Task<FileTrouble?> StartSync()
    {
        var handle = Temporary.SafeFileHandle;
        return Task.Run(() =>
        {
            try
            {
                return Try(() => FileSync.Run(handle));
            }
            catch (ObjectDisposedException)
            {
                // The file was removed before its turn came.
                return null;
            }
        });
    }

    /// <summary>Renames the temporary file over the target, even if that is a symbolic link, as Redis does.</summary>
    public Event Rename()
    {
        var trouble = Try(() =>
        {
            Temporary.Dispose();
            File.Move(TemporaryPath, _target, overwrite: true);
        });
        if (trouble is not null)
            return Failed(FileStep.Rename, trouble);

        _temporaryPath = null;
        return Event.Renamed;
    }

    /// <summary>Syncs the folder, so that the new name outlives a power failure.</summary>
    public Event SyncFolder()
    {
        var error = FolderSync.Run(Folder);
        return error == 0 ? Event.FolderSynced : Failed(FileStep.SyncFolder, FileTroubles.OfUnix(error));
    }

    /// <summary>Closes and removes the temporary file, if there is one.</summary>
    public Event Delete()
    {
        if (_temporaryPath is null)
            return Event.TemporaryDeleted;

        var trouble = Try(() =>
        {
            // A sync that is still under way holds the file open until it is done, and does not have to be waited for.
            Temporary.Dispose();
            File.Delete(TemporaryPath);
        });
        _temporaryPath = null;
        return trouble is null ? Event.TemporaryDeleted : Failed(FileStep.Delete, trouble);
    }

    /// <summary>Leaves no temporary file behind, whatever went wrong.</summary>
    public void Dispose() => _ = Delete();

    string Folder => Path.GetDirectoryName(_target) ?? _target;

    FileStream Temporary => _temporary ?? throw new InvalidOperationException("There is no temporary file.");

    string TemporaryPath => _temporaryPath ?? throw new InvalidOperationException("There is no temporary file.");

    string NextPath() => Path.Combine(Folder, TemporaryName.Next(time));

    static FileStream New(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.Read,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = ReadableByAll;
        return new(path, options);
    }

    static FileTrouble? Try(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception exception) when (FileTroubles.IsOne(exception))
        {
            return FileTroubles.Of(exception);
        }
    }

    static Event Failed(FileStep step, FileTrouble trouble) => Event.NewFileFailed(step, trouble);
}
