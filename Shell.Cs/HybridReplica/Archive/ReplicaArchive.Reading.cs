using HybridReplica.Core;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;

namespace HybridReplica;

public sealed partial class ReplicaArchive
{
    // How often an archive is read again because it changed meanwhile.
    const int Tries = 10;

    /// <summary>What is in the archive. Nothing is changed, and somebody may archive meanwhile.</summary>
    /// <remarks>
    /// It reads the manifest, the ends of the indexes, and of the segment that is written what its index does not
    /// reach: it takes as long as opening the files does.
    /// </remarks>
    /// <returns>Bases and segments, the moments that can be restored, and the gaps between them.</returns>
    /// <exception cref="ArchiveException">
    /// The folder is not an archive, its manifest breaks a rule, or a file that it lists is not there or cannot be
    /// read.
    /// </exception>
    public ArchiveContents Read()
    {
        for (var tried = 1; ; tried++)
        {
            var (archive, text) = ReadManifest();
            try
            {
                return ContentsOf(archive);
            }
            catch (ArchiveException exception)
                when (exception.Fault is ArchiveFault.Refused { trouble.IsFileMissing: true } && tried < Tries)
            {
                // Whoever archives may have removed what is not kept any more.
                if (ReadManifest().Text == text)
                    throw;
            }
        }
    }

    (Archive Archive, string Text) ReadManifest(bool toChange = false)
    {
        var manifest = ArchiveNames.Manifest(Name);
        if (!Directory.Exists(Folder))
            throw new ArchiveException(
                File.Exists(Folder)
                    ? ArchiveFault.NewRefused(ArchiveTrouble.NotAnArchive)
                    : ArchiveFault.NewFile(ArchiveAccess.List, FileTrouble.NotFound, Folder)
            );

        var text =
            ArchiveFolderAccess.Do(ArchiveAccess.Read, manifest, new ManifestFile(Folder, Name).Read)
            ?? throw new ArchiveException(ArchiveFault.NewRefused(ArchiveTrouble.NotAnArchive));
        var parsed = toChange ? ArchiveManifest.ParseToChange(text) : ArchiveManifest.Parse(text);
        return parsed.IsOk
            ? (parsed.ResultValue, text)
            : throw new ArchiveException(ArchiveFault.NewRefused(parsed.ErrorValue));
    }

    ArchiveContents ContentsOf(Archive archive)
    {
        List<ArchivedGeneration> generations = [];
        List<GenerationFound> found = [];
        foreach (var generation in archive.Generations)
        {
            var segments = generation.Segments.Select(Look).ToArray();
            generations.Add(new(Look(generation.Base), [.. segments.Select(segment => segment.Archived)]));
            found.Add(new(generation.Base, true, ListModule.OfSeq(segments.Select(segment => segment.Found))));
        }

        var ranges = Restorable.Ranges(ListModule.OfSeq(found));
        return new()
        {
            Generations = generations,
            Ranges = [.. ranges],
            Gaps = [.. Restorable.Gaps(ranges)],
            Chain = [.. ArchiveChain.OfArchive(archive)],
        };
    }

    ArchivedBase Look(ArchiveBase listed)
    {
        using var file = _files.Open(listed.File);
        var version = RdbVersion.TryRead(file.Window(0, Limits.RdbHeadLength));
        return new(
            listed.File,
            listed.Position,
            TimeOf(listed.ReceivedAt),
            file.Length,
            version.IsSome ? version.Value : null
        );
    }

    (ArchivedSegment Archived, SegmentFound Found) Look(ArchiveSegment segment)
    {
        // The index first: an entry is written when everything in front of it has been.
        using var index = _files.TryOpen(ArchiveNames.Index(segment.File));
        var (first, last) = index is null ? default : IndexReader.Edges(index);
        using var file = _files.Open(segment.File);
        var end = segment.End is { IsSome: true, Value: var ended } ? ended : EndOf(segment, file, last);
        return (
            new(
                segment.File,
                segment.Start,
                end.Bytes,
                segment.IsSealed,
                file.Length,
                index?.Length ?? 0,
                first is { } one ? TimeOf(one.ReceivedAt) : null,
                last is { } other ? TimeOf(other.ReceivedAt) : null
            ),
            new(segment, Milliseconds(first), new(segment.Start.Id, end, Milliseconds(last)))
        );
    }

    // The last command outside of transactions, looked for behind the last entry of the index.
    static Offset EndOf(ArchiveSegment segment, ArchiveFileReader file, IndexEntry? last)
    {
        var scan =
            last is { } entry && entry.Byte <= file.Length
                ? SegmentScan.From(segment.Start.Id, entry)
                : SegmentScan.At(segment.Start);
        while (scan.Byte < file.Length)
        {
            var next = SegmentScanner.ScanWindow(scan, file.Window(scan.Byte, file.Length), out var trouble);
            var isOver = trouble is not null || next.Byte == scan.Byte;
            scan = next;
            if (isOver)
                break;
        }

        return scan.Safe.Offset;
    }

    static FSharpValueOption<long> Milliseconds(IndexEntry? entry) =>
        entry is { } known ? FSharpValueOption<long>.NewValueSome(known.ReceivedAt) : default;

    // What no clock says is shown as the nearest that one can.
    static DateTimeOffset TimeOf(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(
            Math.Clamp(
                milliseconds,
                DateTimeOffset.UnixEpoch.ToUnixTimeMilliseconds(),
                DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            )
        );

    // All that belongs to the archive, the files beside those that are listed included.
    HashSet<string> KnownFiles(Archive archive) =>
        [
            ArchiveNames.Manifest(Name),
            ArchiveLock.FileName,
            .. archive.Files,
            .. archive.Segments.Select(segment => ArchiveNames.Index(segment.File)),
        ];
}
