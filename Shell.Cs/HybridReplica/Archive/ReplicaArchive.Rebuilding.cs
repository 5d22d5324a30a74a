using HybridReplica.Core;

namespace HybridReplica;

public sealed partial class ReplicaArchive
{
    /// <summary>
    /// Writes the indexes anew that are missing or damaged. Segments that are damaged themselves keep the ones they
    /// have, and so does the one that was written last if nothing ended it: that is looked after when archiving
    /// goes on.
    /// </summary>
    /// <remarks>
    /// What can be read of an old index stays as exact as it was; elsewhere the time is known to the second, as the
    /// segment says it. Every segment is read for that. While somebody archives this is refused.
    /// </remarks>
    /// <param name="cancellationToken">Gives up. What was rebuilt stays.</param>
    /// <returns>The names of those that were written anew.</returns>
    /// <exception cref="ArchiveException">
    /// The folder is not an archive, somebody archives into it, or a file cannot be handled.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public IReadOnlyList<string> RebuildIndexes(CancellationToken cancellationToken = default)
    {
        // A folder that is no archive gets no lock.
        _ = ReadManifest();
        using var held = Locked();
        var archive = ReadManifest().Archive;
        var verifier = new SegmentVerifier(_files, new(progress: null, total: 0, cancellationToken));
        var rebuilding = new IndexRebuilding(_files);
        List<string> rebuilt = [];
        foreach (var generation in archive.Generations)
        {
            foreach (var segment in generation.Segments)
            {
                // Of what is not sealed, nothing but its index says which bytes were archived.
                if (!segment.IsSealed)
                    continue;
                var (_, findings) = verifier.Verify(segment);
                if (findings.Count == 0 || findings.Any(finding => finding.Fault.IsSegmentDamaged))
                    continue;

                rebuilding.Write(segment, generation.Base.ReceivedAt);
                Place(segment.File);
                rebuilt.Add(ArchiveNames.Index(segment.File));
            }
        }

        if (rebuilt.Count > 0)
            SyncFolder();
        return rebuilt;
    }

    void Place(string segment)
    {
        var index = ArchiveNames.Index(segment);
        var temporary = _files.PathOf(ArchiveNames.TemporaryIndex(segment));
        ArchiveFolderAccess.Do(
            ArchiveAccess.Rename,
            index,
            () => File.Move(temporary, _files.PathOf(index), overwrite: true)
        );
    }
}
