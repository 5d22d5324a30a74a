using HybridReplica.Core;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;

namespace HybridReplica;

public sealed partial class ReplicaArchive
{
    /// <summary>
    /// Reads every byte of the archive, once, and changes none: whether the manifest, the bases, the segments and the
    /// indexes are what was written, and fit together.
    /// </summary>
    /// <remarks>
    /// Somebody may archive meanwhile: the end of what is written now is verified as far as it is whole. Memory stays
    /// the same however large the archive is.
    /// </remarks>
    /// <param name="progress">Hears how far it is, a few times a second and at the end.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What is damaged, and what can be restored in spite of it.</returns>
    /// <exception cref="ArchiveException">
    /// The folder is not an archive, its manifest cannot be used, or a file cannot be read at all.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public Task<ArchiveVerification> VerifyAsync(
        IProgress<ArchiveProgress>? progress = null,
        CancellationToken cancellationToken = default
    ) => Task.Run(() => Verify(progress, cancellationToken), cancellationToken);

    ArchiveVerification Verify(IProgress<ArchiveProgress>? progress, CancellationToken cancellationToken)
    {
        var (archive, text) = ReadManifest();
        var told = new VerifyProgress(progress, SizeOf(archive), cancellationToken);
        var bases = new BaseVerifier(_files, told);
        var segments = new SegmentVerifier(_files, told);
        List<ArchiveFinding> findings = [];
        List<ArchiveRemark> remarks = ManifestParsing.HasChecksum(text) ? [] : [ArchiveRemark.ManifestUnchecked];
        List<GenerationFound> generations = [];
        foreach (var generation in archive.Generations)
        {
            var (damage, remark) = bases.Verify(generation.Base);
            if (damage is not null)
                findings.Add(Damaged(generation.Base, damage));
            if (remark is not null)
                remarks.Add(remark);

            List<SegmentFound> found = [];
            foreach (var segment in generation.Segments)
            {
                var (one, wrong) = segments.Verify(segment);
                found.Add(one);
                findings.AddRange(wrong);
            }

            generations.Add(new(generation.Base, damage is null, ListModule.OfSeq(found)));
        }

        told.Tell(ArchiveNames.Manifest(Name));
        var left = WithoutRemoved(archive, findings);
        generations.RemoveAll(found => !left.Generations.Any(generation => generation.Base.File == found.Base.File));
        return new()
        {
            Findings = findings,
            Remarks = [.. remarks, .. Unlisted(archive)],
            Restorable = [.. Restorable.Ranges(ListModule.OfSeq(generations))],
            Bytes = told.Bytes,
        };
    }

    static ArchiveFinding Damaged(ArchiveBase listed, BaseDamage damage)
    {
        var at = FSharpValueOption<Offset>.NewValueSome(listed.Position.Offset);
        return new(ArchiveFault.NewBaseDamaged(listed.File, damage), listed.File, 0, listed.Size, at, at);
    }

    // Whoever archives may remove what is not kept any more, and then that is not missing.
    Archive WithoutRemoved(Archive archive, List<ArchiveFinding> findings)
    {
        if (!findings.Exists(IsMissing))
            return archive;

        var listed = ReadManifest().Archive.Files.ToHashSet();
        findings.RemoveAll(finding =>
            IsMissing(finding) && !archive.Files.Any(file => listed.Contains(file) && IsOf(finding, file))
        );
        return new(ListModule.OfSeq(archive.Generations.Where(generation => listed.Contains(generation.Base.File))));
    }

    static bool IsOf(ArchiveFinding finding, string file) =>
        finding.File == file || finding.File == ArchiveNames.Index(file);

    static bool IsMissing(ArchiveFinding finding) =>
        finding.Fault
            is ArchiveFault.BaseDamaged { damage.IsMissing: true }
                or ArchiveFault.SegmentDamaged { damage.IsMissing: true }
                or ArchiveFault.IndexDamaged { damage.IsMissing: true };

    long SizeOf(string file)
    {
        var found = new FileInfo(_files.PathOf(file));
        return found.Exists ? found.Length : 0;
    }

    // What is not there counts nothing.
    long SizeOf(Archive archive) =>
        archive.Files.Concat(archive.Segments.Select(segment => ArchiveNames.Index(segment.File))).Sum(SizeOf);

    // Whoever archives meanwhile lists new files, and removes old ones. Those of a moment are among what is said: they
    // are not listed yet, or not any more.
    IEnumerable<ArchiveRemark> Unlisted(Archive before)
    {
        // The names first: what is there then, and is in its place, is listed by now.
        var names = _files.Names().ToArray();
        var known = KnownFiles(before);
        known.UnionWith(KnownFiles(ReadManifest().Archive));
        foreach (var name in names)
        {
            if (!known.Contains(name))
                yield return ArchiveNames.IsOurs(Name, name)
                    ? ArchiveRemark.NewLeftover(name)
                    : ArchiveRemark.NewStranger(name);
        }
    }
}
