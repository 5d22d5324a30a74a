using System.Globalization;
using Spectre.Console;

namespace HybridReplica.Cli.Archive;

/// <summary>How archiving stands: what was told last, and the line about it on the terminal.</summary>
sealed class RecordStatus : IProgress<ArchiveStatus>
{
    readonly Rate _stream = new();
    readonly Rate _base = new();
    volatile ArchiveStatus? _last;

    /// <summary>What was told last. Null: nothing was.</summary>
    public ArchiveStatus? Last => _last;

    public void Report(ArchiveStatus value) => _last = value;

    /// <summary>Runs the work with a line that shows how it stands.</summary>
    public Task<T> RunAsync<T>(IAnsiConsole terminal, Func<Task<T>> work) =>
        StatusLine.RunAsync(
            terminal,
            () =>
                _last is { } status
                    ? Line(status, _stream.Of(status.BytesWritten), _base.Of(status.BaseBytesReceived ?? 0))
                    : "starting",
            work
        );

    /// <summary>The line: state, and either how much of a base is here, or position, lag, rate and segment.</summary>
    /// <param name="status">How it stands.</param>
    /// <param name="stream">Bytes of the stream that are written each second.</param>
    /// <param name="snapshot">Bytes of the base that come each second.</param>
    public static string Line(ArchiveStatus status, double stream, double snapshot)
    {
        List<string> parts = [Place(status)];
        if (status.BaseBytesReceived is { } received)
        {
            parts.Add(Base(received, status.BaseBytesTotal));
            parts.Add(PerSecond(snapshot));
        }
        else if (status.Written is { } written)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"offset {written.Offset.Bytes}"));
            parts.Add(Lag(written.Offset.Bytes, status.SyncedOffset));
            parts.Add(PerSecond(stream));
        }

        if (status.Segment is { } segment)
            parts.Add($"{segment} {Summary.Bytes(status.SegmentBytes)}");
        if (status.IsFetchingBase)
            parts.Add("fetching a base");
        parts.Add(Contents(status));
        return string.Join(", ", parts);
    }

    /// <summary>What is in the archive, in words.</summary>
    public static string Contents(ArchiveStatus status) =>
        $"{ArchiveWords.Counted(status.Bases, "base")} and {ArchiveWords.Counted(status.Segments, "segment")}"
        + $" of {Summary.Bytes(status.Bytes)}";

    static string Place(ArchiveStatus status) =>
        status.ReplState
        + (status.Attempt > 1 ? string.Create(CultureInfo.InvariantCulture, $" (attempt {status.Attempt})") : "");

    static string Base(long received, long? total) =>
        total is > 0 and var all
            ? string.Create(CultureInfo.InvariantCulture, $"base {(double)received / all:0%} of {Summary.Bytes(all)}")
            : $"base {Summary.Bytes(received)}";

    static string Lag(long written, long? synced) =>
        synced switch
        {
            null => "not known to be synced",
            { } offset when offset >= written => "all synced",
            { } offset => $"{Summary.Bytes(written - offset)} to sync",
        };

    static string PerSecond(double bytes) => $"{Summary.Bytes((long)Math.Max(0, bytes))}/s";
}
