using HybridReplica.Core;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;

namespace HybridReplica;

/// <summary>What an archive holds, as far as its manifest, its indexes and the segment that is written tell.</summary>
sealed class ArchiveLook
{
    readonly ArchiveFolderAccess _files;
    readonly bool _withTimes;

    ArchiveLook(string folder, string name, bool withTimes)
    {
        _files = new(folder);
        _withTimes = withTimes;
        Archive = ReadManifest(folder, name);
        Found = ListModule.OfSeq(Archive.Generations.Select(Look));
    }

    /// <summary>What the manifest lists.</summary>
    public Archive Archive { get; }

    /// <summary>The generations, as far as they can be used.</summary>
    public FSharpList<GenerationFound> Found { get; }

    /// <summary>Looks at an archive.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="name">What the names of its files begin with.</param>
    /// <param name="withTimes">Whether it is to be known when what was received.</param>
    /// <exception cref="ArchiveException">It is not an archive, or cannot be read.</exception>
    public static ArchiveLook At(string folder, string name, bool withTimes) => new(folder, name, withTimes);

    static Archive ReadManifest(string folder, string name)
    {
        var text =
            ArchiveFolderAccess.Do(
                ArchiveAccess.Read,
                ArchiveNames.Manifest(name),
                () => new ManifestFile(folder, name).Read()
            ) ?? throw new ArchiveException(ArchiveFault.NewRefused(ArchiveTrouble.NotAnArchive));
        var parsed = ArchiveManifest.Parse(text);
        return parsed.IsOk
            ? parsed.ResultValue
            : throw new ArchiveException(ArchiveFault.NewRefused(parsed.ErrorValue));
    }

    GenerationFound Look(Generation generation) =>
        new(generation.Base, isBaseGood: true, ListModule.OfSeq(generation.Segments.Select(Look)));

    SegmentFound Look(ArchiveSegment segment)
    {
        if (segment.End is { IsSome: true, Value: var ended })
        {
            if (!_withTimes)
                return Of(segment, null, ended, null);
            var (first, last) = Edges(ArchiveNames.Index(segment.File));
            if (first is not null && last is { Offset: var reached } && reached.Equals(ended))
                return Of(segment, first.Value.ReceivedAt, ended, last.Value.ReceivedAt);
            // Whatever is wrong with the index, the segment itself has annotations.
            using var file = _files.TryOpen(segment.File);
            if (file is null)
                return Of(segment, null, ended, null);
        }

        using var stored = StoredSegment.Open(_files, segment);
        return Of(
            segment,
            stored.Marks is [var oldest, ..] ? oldest.ReceivedAt : null,
            segment.End.IsSome ? segment.End.Value : stored.End.Offset,
            stored.Marks is [.., var newest] ? newest.ReceivedAt : null
        );
    }

    (IndexEntry? First, IndexEntry? Last) Edges(string name)
    {
        using var index = _files.TryOpen(name);
        return index is null ? default : IndexReader.Edges(index);
    }

    static SegmentFound Of(ArchiveSegment segment, long? first, Offset good, long? last) =>
        new(segment, Optional(first), new(segment.Start.Id, good, Optional(last)));

    static FSharpValueOption<long> Optional(long? time) =>
        time is { } known ? FSharpValueOption<long>.NewValueSome(known) : default;
}
