using System.Text;
using HybridReplica.Core;
using Microsoft.FSharp.Collections;

namespace HybridReplica;

/// <summary>A moment that is being restored.</summary>
/// <param name="folder">The folder of the archive.</param>
/// <param name="name">What the names of its files begin with.</param>
/// <param name="output">The full path of the folder that the restored one is to be in.</param>
/// <param name="options">How it is restored.</param>
/// <param name="progress">Hears how far it has come, if set.</param>
/// <param name="cancellationToken">Stops it.</param>
sealed class Restoration(
    string folder,
    string name,
    string output,
    RestoreOptions options,
    IProgress<RestoreProgress>? progress,
    CancellationToken cancellationToken
)
{
    const int Pause = 250;

    readonly ArchiveFolderAccess _files = new(folder);
    readonly List<ArchiveFault> _passedOver = [];
    long _reportedAt = Environment.TickCount64;
    long _read;
    long _total;

    /// <summary>Restores the moment, by the best way that leads to it.</summary>
    /// <exception cref="ArchiveException">No way does.</exception>
    public RestoreResult Run(Moment moment, ServerVersion? server)
    {
        var look = ArchiveLook.At(folder, name, withTimes: moment.IsToTime);
        ArchiveException? first = null;
        foreach (var plan in PlansFor(look, moment))
        {
            if (options.Base is not null && plan.Base.File != options.Base || IsInVain(plan))
                continue;
            try
            {
                return Run(look, plan, server, moment.IsNewest);
            }
            catch (ArchiveException exception) when (exception.Blame.IsCorrupt || exception.Fault.IsServerTooOld)
            {
                first ??= exception;
                _passedOver.Add(exception.Fault);
            }
        }

        // Unless a base was asked for, at least one way was tried.
        throw first ?? new ArchiveException(ArchiveFault.NewNoSuchBase(options.Base!));
    }

    FSharpList<RestorePlan> PlansFor(ArchiveLook look, Moment moment)
    {
        try
        {
            var point = MomentSearch.Find(_files, look, moment);
            return MomentSearch.Checked(Restoring.Plans(point.Id, point.Offset, look.Found));
        }
        catch (ArchiveException exception)
            when (exception.Fault is { IsMomentOutside: true } or { IsMomentInGap: true })
        {
            // Whoever is told of other moments wants to know when they were.
            var timed = ArchiveLook.At(folder, name, withTimes: true);
            var point = MomentSearch.Find(_files, timed, moment);
            return MomentSearch.Checked(Restoring.Plans(point.Id, point.Offset, timed.Found));
        }
    }

    // Whether what is known to be damaged is needed for it.
    bool IsInVain(RestorePlan plan) =>
        _passedOver.Any(fault =>
            fault is ArchiveFault.BaseDamaged { file: var damaged } && damaged == plan.Base.File
            || fault is ArchiveFault.SegmentDamaged { file: var file }
                && plan.Parts.Any(part => part.Segment.File == file)
        );

    RestoreResult Run(ArchiveLook look, RestorePlan plan, ServerVersion? server, bool isNewest)
    {
        var head = BaseCopy.Head(_files, plan.Base);
        var version = RdbVersion.TryRead(head).Value;
        if (server is { } asked && !ServerSupport.Loads(version, asked))
            throw new ArchiveException(
                ArchiveFault.NewServerTooOld(asked.ToString(), version, ServerSupport.Servers(version))
            );

        // The cut first: whether there is one matters more than all that is copied.
        var parts = plan.Parts.ToArray();
        using var last = parts is [.., var part] ? StoredSegment.Open(_files, part.Segment) : null;
        if (isNewest && last is { Fault: { } fault })
            throw new ArchiveException(fault);
        var cut = last?.Find(parts[^1].To.Bytes);
        _read = 0;
        _total = plan.Base.Size + parts.SkipLast(1).Sum(Size) + (cut?.Byte ?? 0);
        return Write(look, plan, last, cut, version, options.RewriteExpiry ?? ExpiryRewriting.IsNeeded(head));
    }

    long Size(RestorePart part) =>
        new FileInfo(_files.PathOf(part.Segment.File)) is { Exists: true, Length: var length } ? length : 0;

    RestoreResult Write(
        ArchiveLook look,
        RestorePlan plan,
        StoredSegment? last,
        IndexEntry? cut,
        RdbVersion version,
        bool rewrites
    )
    {
        progress?.Report(new(0, _total));
        using var restored = new RestoredFolder(output);
        var bytes = 0L;
        var rewritten = 0L;
        bytes += Fill(restored, RestoredFiles.Base, file => BaseCopy.Run(_files, plan.Base, file, Count));
        var parts = plan.Parts.ToArray();
        for (var index = 0; index < parts.Length; index++)
        {
            using var opened = index < parts.Length - 1 ? StoredSegment.Open(_files, parts[index].Segment) : null;
            var source = opened ?? last ?? throw new InvalidOperationException("The last segment is not open.");
            var end = source.Find(parts[index].To.Bytes).Byte;
            bytes += Fill(
                restored,
                RestoredFiles.Segment(index + 1),
                file =>
                {
                    var copy = new SegmentCopy(source, end, file, Count);
                    if (rewrites)
                        rewritten += copy.WithExpiry();
                    else
                        copy.Plainly();
                }
            );
        }

        var manifest = Encoding.Latin1.GetBytes(RestoredFiles.ManifestText(parts.Length));
        bytes += Fill(restored, RestoredFiles.Manifest, file => file.Write(manifest));
        cancellationToken.ThrowIfCancellationRequested();
        restored.Complete();
        progress?.Report(new(_read, _read));
        var (next, nextFault) = NextCommand.Behind(_files, look, plan, last, cut);
        return new(
            restored.Path,
            plan.Base,
            version,
            ServerSupport.Servers(version),
            parts.Length,
            bytes,
            plan.Id,
            plan.Offset.Bytes,
            cut?.Database ?? (plan.Base.Position.Database is { IsSome: true, Value: var database } ? database : 0),
            Time(plan, last),
            next,
            nextFault,
            rewritten,
            _passedOver
        );
    }

    static DateTimeOffset? Time(RestorePlan plan, StoredSegment? last)
    {
        var time = last is null ? plan.Base.ReceivedAt : last.TimeBefore(plan.Offset.Bytes);
        return time is { } known ? DateTimeOffset.FromUnixTimeMilliseconds(known) : null;
    }

    static long Fill(RestoredFolder restored, string name, Action<RestoredFile> fill)
    {
        using var file = restored.Create(name);
        fill(file);
        file.Sync();
        return file.Length;
    }

    void Count(int bytes)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _read += bytes;
        if (progress is null || Environment.TickCount64 - _reportedAt < Pause)
            return;

        _reportedAt = Environment.TickCount64;
        progress.Report(new(_read, Math.Max(_read, _total)));
    }
}
