using HybridReplica.Core;

namespace HybridReplica;

public sealed partial class ReplicaArchive
{
    /// <summary>
    /// Restores a moment: writes a folder <c>appendonlydir</c> that a server of 7.0 or later loads, when it is started
    /// in the folder above it with <c>--appendonly yes</c>.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Nothing but the base and the segments that are needed is read, and all of that is compared with the checksums
    /// in the archive. If the newest base is damaged, the one before is used, as long as the stream leads from there
    /// to the moment. Somebody may archive meanwhile; if that removes what is needed, restoring begins once more with
    /// what there is then.
    /// </para>
    /// <para>
    /// A time means everything that was received up to then, as exactly as the indexes tell: to a tenth of a second. An
    /// offset has to be one at which a command ends, outside of transactions; to leave out a command, use its
    /// <see cref="ArchivedCommand.CutOffset"/>.
    /// </para>
    /// <para>Whatever goes wrong, the disk is left as it was.</para>
    /// </remarks>
    /// <param name="outputFolder">
    /// The folder in which <c>appendonlydir</c> is created. It is created as well if it is not there.
    /// </param>
    /// <param name="moment">The moment.</param>
    /// <param name="options">How to restore it. Default: as <see cref="RestoreOptions"/> begins.</param>
    /// <param name="progress">Hears how far it has come, a few times a second, if set.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What was restored.</returns>
    /// <exception cref="ArchiveException">It cannot be restored; the fault says why.</exception>
    /// <exception cref="ArgumentException">
    /// The folder is empty, or the version of the server is none.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Task<RestoreResult> RestoreAsync(
        string outputFolder,
        Moment moment,
        RestoreOptions? options = null,
        IProgress<RestoreProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(outputFolder);
        ArgumentNullException.ThrowIfNull(moment);
        var how = options ?? new();
        var server = ServerOf(how.ServerVersion);
        var output = Path.GetFullPath(outputFolder);
        return Task.Run(() => Restore(Begin, moment, server), cancellationToken);

        Restoration Begin() => new(Folder, Name, output, how, progress, cancellationToken);
    }

    // What is not kept any longer may be removed while it is read. That happens seldom enough for one more try.
    RestoreResult Restore(Func<Restoration> begin, Moment moment, ServerVersion? server)
    {
        var (_, listed) = ReadManifest();
        try
        {
            return begin().Run(moment, server);
        }
        catch (ArchiveException exception) when (exception.Fault.IsAbsence && ReadManifest().Text != listed)
        {
            return begin().Run(moment, server);
        }
    }

    static ServerVersion? ServerOf(string? text)
    {
        if (text is null)
            return null;
        var server = ServerVersion.TryParse(text);
        return server.IsSome
            ? server.Value
            : throw new ArgumentException($"This is not the version of a server: {text}.", nameof(text));
    }
}
