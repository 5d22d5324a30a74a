using HybridReplica.Core;
using Microsoft.FSharp.Core;

namespace HybridReplica;

/// <summary>Turns what people say into what the model is told.</summary>
static class SettingsOfOptions
{
    /// <summary>Settings to fetch a snapshot.</summary>
    /// <exception cref="ArgumentException">They break some rules; the message has a sentence for each.</exception>
    public static Settings ForSnapshot(ReplicaOptions options, Destination destination) =>
        Make(options, destination, resume: null, follow: null, archive: null);

    /// <summary>Settings to fetch a base beside the stream: once, and without the stream behind it.</summary>
    /// <exception cref="ArgumentException">They break some rules; the message has a sentence for each.</exception>
    public static Settings ForBase(ReplicaOptions options) =>
        Make(options, Destination.File, resume: null, follow: null, archive: null, isBase: true);

    /// <summary>Settings to archive the master.</summary>
    /// <exception cref="ArgumentException">They break some rules; the message has a sentence for each.</exception>
    public static Settings ForArchiving(ReplicaOptions options, ArchiveOptions archive, string name) =>
        Make(
            options,
            Destination.File,
            resume: null,
            new Following(
                options.Resume,
                options.FullResyncs,
                WholeSeconds(options.FullResyncPeriod),
                fromNow: false,
                wantsSnapshot: false
            ),
            new ArchiveSettings(
                name,
                archive.SegmentSize,
                Optional(archive.SegmentAge is { } age ? WholeSeconds(age) : (int?)null),
                archive.Fsync,
                archive.Keep,
                Optional(archive.BaseEvery is { } every ? WholeSeconds(every) : (int?)null)
            )
        );

    /// <summary>Settings to follow the master.</summary>
    /// <exception cref="ArgumentException">They break some rules; the message has a sentence for each.</exception>
    public static Settings ForFollowing(ReplicaOptions options, Position? from)
    {
        if (options.LargeCommand is < 1 or > 1 << 30)
            throw new ArgumentException("The size of a large command has to lie between 1 byte and 1 GiB.");
        if (options.SpoolSize < 0)
            throw new ArgumentException("The size of the spool cannot be negative.");
        if (options.EntryLimit < 1)
            throw new ArgumentException("The size from which on entries come in parts has to be at least 1 byte.");

        return Make(
            options,
            options.SnapshotPath is null ? Destination.Nowhere : Destination.File,
            from,
            new Following(
                options.Resume,
                options.FullResyncs,
                WholeSeconds(options.FullResyncPeriod),
                options.FromNow,
                options.Entries
            ),
            archive: null
        );
    }

    static Settings Make(
        ReplicaOptions options,
        Destination destination,
        Position? resume,
        Following? follow,
        ArchiveSettings? archive,
        bool isBase = false
    )
    {
        var settings = new Settings(
            options.Dialect,
            CredentialsOf(options, MasterAddress.Read(options.Master)),
            options.ListeningPort,
            Optional(options.AnnouncedPort),
            Optional(options.AnnouncedAddress),
            Optional(options.AnnouncedVersion),
            options.RdbOnly || isBase,
            Optional(resume),
            destination,
            WholeSeconds(options.Timeout),
            WholeSeconds(options.ReplyTimeout),
            WholeSeconds(options.HandshakeTimeout),
            Optional(options.PreparationTimeout is { } limit ? WholeSeconds(limit) : (int?)null),
            new Retry(
                isBase ? 1 : options.Attempts,
                WholeSeconds(options.FirstPause),
                WholeSeconds(options.LongestPause),
                unchecked((ulong)(options.JitterSeed ?? Random.Shared.NextInt64()))
            ),
            Optional(follow),
            Optional(archive)
        );

        var troubles = SettingsRules.Troubles(settings);
        return troubles.IsEmpty ? settings : throw new ArgumentException(string.Join(' ', troubles));
    }

    static FSharpValueOption<Credentials> CredentialsOf(ReplicaOptions options, MasterAddress address) =>
        (options.Password ?? address.Password) is { IsEmpty: false } password
            ? FSharpValueOption<Credentials>.Some(new(Optional(options.User ?? address.User), password))
            : FSharpValueOption<Credentials>.None;

    static int WholeSeconds(TimeSpan time) =>
        (int)Math.Clamp(Math.Ceiling(time.TotalSeconds), int.MinValue, int.MaxValue);

    static FSharpValueOption<T> Optional<T>(T? value)
        where T : class => value is null ? FSharpValueOption<T>.None : FSharpValueOption<T>.Some(value);

    static FSharpValueOption<T> Optional<T>(T? value)
        where T : struct => value is { } some ? FSharpValueOption<T>.Some(some) : FSharpValueOption<T>.None;
}
