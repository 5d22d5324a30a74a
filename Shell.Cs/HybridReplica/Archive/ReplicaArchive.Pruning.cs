using HybridReplica.Core;

namespace HybridReplica;

public sealed partial class ReplicaArchive
{
    /// <summary>
    /// Removes bases and segments that are not kept any more, and files of the archive that are not listed, such as
    /// those that a crash left behind. Nothing else in the folder is touched.
    /// </summary>
    /// <remarks>
    /// The manifest is replaced first, and then the files are removed: whatever ends the process or the machine, the
    /// archive stays whole. While somebody archives this is refused: archiving removes what it does not keep by itself
    /// (<see cref="ArchiveOptions.Keep"/>).
    /// </remarks>
    /// <param name="retention">What is kept; at least one base, and never less than no seconds.</param>
    /// <param name="dryRun">Whether only to say what would be removed.</param>
    /// <returns>What was removed.</returns>
    /// <exception cref="ArchiveException">
    /// The folder is not an archive, somebody archives into it, or a file cannot be handled.
    /// </exception>
    /// <exception cref="ArgumentException">Not a single base would be kept.</exception>
    public PruneResult Prune(Retention retention, bool dryRun = false) =>
        Prune(retention, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(), dryRun, before: null);

    /// <summary>
    /// The same at another time, and somebody hears of each step before it is done, and may end it there.
    /// </summary>
    internal PruneResult Prune(Retention retention, long now, bool dryRun, Action<ArchiveStep>? before)
    {
        ArgumentNullException.ThrowIfNull(retention);
        if (retention is Retention.Bases { count: < 1 } or Retention.Seconds { seconds: < 0 })
            throw new ArgumentException(
                "Less than one base, or than no time at all, cannot be kept.",
                nameof(retention)
            );

        // A folder that is no archive gets no lock.
        var archive = ReadManifest(toChange: true).Archive;
        if (dryRun)
            return PruneOf(archive, retention, now);

        using var held = Locked();
        archive = ReadManifest(toChange: true).Archive;
        var pruned = PruneOf(archive, retention, now);
        if (pruned.Kept.Generations.Length < archive.Generations.Length)
            Publish(pruned.Kept, before);
        // What the manifest does not list, the one before it may: it has to be gone from the disk first.
        SyncFolder();
        Remove(pruned.Removed, before);
        return pruned;
    }

    PruneResult PruneOf(Archive archive, Retention retention, long now)
    {
        var (kept, _) = ArchivePruning.Plan(retention, now, archive);
        var known = KnownFiles(kept);
        var listed = KnownFiles(archive);
        string[] removed =
        [
            .. _files
                .Names()
                .Where(name => !known.Contains(name) && (listed.Contains(name) || ArchiveNames.IsOurs(Name, name))),
        ];
        return new(removed, removed.Sum(file => SizeOf(file)), kept);
    }

    ArchiveLock Locked() =>
        ArchiveFolderAccess.Do(ArchiveAccess.Lock, ArchiveLock.FileName, () => ArchiveLock.TryTake(Folder))
        ?? throw new ArchiveException(ArchiveFault.NewRefused(ArchiveTrouble.InUse));

    void Publish(Archive archive, Action<ArchiveStep>? before)
    {
        var name = ArchiveNames.Manifest(Name);
        var manifest = new ManifestFile(Folder, Name);
        before?.Invoke(ArchiveStep.Publish);
        ArchiveFolderAccess.Do(
            ArchiveAccess.Write,
            name,
            () => manifest.WriteTemporary(ArchiveManifest.Print(archive))
        );
        ArchiveFolderAccess.Do(ArchiveAccess.Rename, name, manifest.Rename);
        SyncFolder();
    }

    void SyncFolder()
    {
        if (FolderSync.Run(Folder) is not 0 and var error)
            throw new ArchiveException(ArchiveFault.NewFile(ArchiveAccess.Sync, FileTroubles.OfUnix(error), Folder));
    }

    // What cannot be removed is not listed any more. The rest goes in spite of it.
    void Remove(IReadOnlyList<string> names, Action<ArchiveStep>? before)
    {
        ArchiveException? first = null;
        foreach (var name in names)
        {
            before?.Invoke(ArchiveStep.Remove);
            try
            {
                ArchiveFolderAccess.Do(ArchiveAccess.Remove, name, () => File.Delete(_files.PathOf(name)));
            }
            catch (ArchiveException exception)
            {
                first ??= exception;
            }
        }

        if (first is not null)
            throw first;
    }
}
