using HybridReplica.Core;

namespace HybridReplica;

/// <summary>Reads an RDB: what a server saves, and what it sends to its replicas.</summary>
/// <remarks>
/// <para>
/// Memory is bounded whatever is in it: values come in pieces. Nothing in it is trusted: what contradicts itself ends
/// the reading with <see cref="RdbException"/>, which says what and where.
/// <see cref="RdbReaderOptions.KeepWhatCameBefore"/> makes that an end like any other.
/// </para>
/// <para>
/// Reading stops where the RDB ends, even if more bytes follow. A stream that can seek is left there, and none is
/// closed. Whatever the file system or the stream has to complain about is thrown as it is.
/// </para>
/// </remarks>
public static class RdbReader
{
    /// <summary>Reads a file, on the thread of the caller. It is the fastest way.</summary>
    /// <param name="path">The file.</param>
    /// <param name="visit">Called for each thing found. The event is borrowed until it returns.</param>
    /// <param name="options">How to read. Default: as <see cref="RdbReaderOptions"/> begins.</param>
    /// <param name="cancellationToken">Stops the reading, when the next bytes are asked for.</param>
    /// <returns>What came of it.</returns>
    /// <exception cref="RdbException">It cannot be read to its end.</exception>
    /// <exception cref="ArgumentException">The options cannot be used.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">We are not allowed to read the file.</exception>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    public static RdbResult Read(
        string path,
        Action<RdbEvent> visit,
        RdbReaderOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(visit);
        using var source = RdbSource.Open(path, Checked(options));
        return Read(source, visit, cancellationToken);
    }

    /// <summary>Reads a stream from where it is, on the thread of the caller.</summary>
    /// <inheritdoc cref="Read(string, Action{RdbEvent}, RdbReaderOptions?, CancellationToken)"/>
    /// <param name="stream">The stream.</param>
    /// <param name="visit">As for a file.</param>
    /// <param name="options">As for a file.</param>
    /// <param name="cancellationToken">As for a file.</param>
    public static RdbResult Read(
        Stream stream,
        Action<RdbEvent> visit,
        RdbReaderOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(visit);
        using var source = new RdbSource(stream, isOurs: false, Checked(options));
        return Read(source, visit, cancellationToken);
    }

    static RdbResult Read(RdbSource source, Action<RdbEvent> visit, CancellationToken cancellationToken)
    {
        var feed = source.Feed;
        var found = new RdbEvent(feed);
        while (true)
        {
            switch (feed.Next())
            {
                case RdbStep.Token:
                    visit(found);
                    break;
                case RdbStep.NeedsMore:
                    cancellationToken.ThrowIfCancellationRequested();
                    source.Fill();
                    break;
                default:
                    return source.Conclude();
            }
        }
    }

    /// <summary>Reads a file while its events are enumerated.</summary>
    /// <param name="path">The file. It is opened when the enumeration begins, and closed when it is left.</param>
    /// <param name="options">How to read. Default: as <see cref="RdbReaderOptions"/> begins.</param>
    /// <param name="cancellationToken">Stops the reading, when the next bytes are asked for.</param>
    /// <returns>
    /// The events, each borrowed until the next one is asked for. The enumeration throws what
    /// <see cref="Read(string, Action{RdbEvent}, RdbReaderOptions?, CancellationToken)"/> throws.
    /// </returns>
    /// <exception cref="ArgumentException">The options cannot be used.</exception>
    public static RdbReading<RdbEvent> ReadAsync(
        string path,
        RdbReaderOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var how = Checked(options);
        return new(() => RdbSource.Open(path, how), feed => new RdbEventFinder(feed), cancellationToken);
    }

    /// <summary>Reads a stream, from where it is, while the events are enumerated.</summary>
    /// <inheritdoc cref="ReadAsync(string, RdbReaderOptions?, CancellationToken)"/>
    /// <param name="stream">The stream.</param>
    /// <param name="options">As for a file.</param>
    /// <param name="cancellationToken">As for a file.</param>
    public static RdbReading<RdbEvent> ReadAsync(
        Stream stream,
        RdbReaderOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(stream);
        var how = Checked(options);
        return new(() => new(stream, isOurs: false, how), feed => new RdbEventFinder(feed), cancellationToken);
    }

    /// <summary>
    /// Reads a file while its entries are enumerated: whole ones, and parts of those that are large
    /// (<see cref="RdbReaderOptions.EntryLimit"/>). Nothing but entries is handed out.
    /// </summary>
    /// <param name="path">The file. It is opened when the enumeration begins, and closed when it is left.</param>
    /// <param name="options">How to read. They are looked at for what they mean, whatever is said there.</param>
    /// <param name="cancellationToken">Stops the reading, when the next bytes are asked for.</param>
    /// <returns>
    /// The entries, in memory of their own. The enumeration throws what
    /// <see cref="Read(string, Action{RdbEvent}, RdbReaderOptions?, CancellationToken)"/> throws.
    /// </returns>
    /// <exception cref="ArgumentException">The options cannot be used.</exception>
    public static RdbReading<RdbEntry> ReadEntriesAsync(
        string path,
        RdbReaderOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var how = Checked(options).ForEntries();
        return new(
            () => RdbSource.Open(path, how),
            feed => new RdbEntryFinder(feed, how.EntryLimit),
            cancellationToken
        );
    }

    /// <summary>Reads a stream, from where it is, while the entries are enumerated.</summary>
    /// <inheritdoc cref="ReadEntriesAsync(string, RdbReaderOptions?, CancellationToken)"/>
    /// <param name="stream">The stream.</param>
    /// <param name="options">As for a file.</param>
    /// <param name="cancellationToken">As for a file.</param>
    public static RdbReading<RdbEntry> ReadEntriesAsync(
        Stream stream,
        RdbReaderOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(stream);
        var how = Checked(options).ForEntries();
        return new(
            () => new(stream, isOurs: false, how),
            feed => new RdbEntryFinder(feed, how.EntryLimit),
            cancellationToken
        );
    }

    static RdbReaderOptions Checked(RdbReaderOptions? options) => (options ?? new()).Checked();
}
