using HybridReplica.Core;
using Microsoft.FSharp.Core;

namespace HybridReplica;

public sealed partial class ReplicaArchive
{
    /// <summary>
    /// Looks for a command from the end of the archive on, such as the <c>FLUSHALL</c> that should not have been. To
    /// restore what was before it, use its <see cref="ArchivedCommand.CutOffset"/> and its
    /// <see cref="ArchivedCommand.Id"/>: that is in front of its transaction, if it is in one.
    /// </summary>
    /// <param name="pattern">
    /// The name of the command, in upper or lower case, and as many of its first arguments as are wanted, exactly; with
    /// quotes as on the line of <c>redis-cli</c>.
    /// </param>
    /// <param name="nth">Which one, counted from the end: 1 is the last.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The command.</returns>
    /// <exception cref="ArchiveException">
    /// There is none, or not so many (<see cref="ArchiveFault.NothingMatches"/>), or the archive cannot be read.
    /// </exception>
    /// <exception cref="ArgumentException">The pattern has no word, or its quotes do not match.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Task<ArchivedCommand> FindCommandAsync(
        string pattern,
        int nth = 1,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(pattern);
        ArgumentOutOfRangeException.ThrowIfLessThan(nth, 1);
        var wanted = CommandPattern.TryParse(pattern);
        if (wanted.IsNone || wanted.Value.Count > ArchivedCommand.MostWords)
            throw new ArgumentException($"This is no command to look for: {pattern}", nameof(pattern));

        return Task.Run(
            () =>
                new CommandSearch(_files, ArchiveLook.At(Folder, Name, withTimes: false), cancellationToken).Find(
                    wanted.Value,
                    nth
                )
                ?? throw new ArchiveException(ArchiveFault.NewNothingMatches(pattern)),
            cancellationToken
        );
    }

    /// <summary>Shows the commands around a moment, to choose one.</summary>
    /// <param name="around">The moment. Its offset may lie anywhere, inside of a command too.</param>
    /// <param name="count">How many commands in front of the moment, and how many behind it, at most.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The commands.</returns>
    /// <exception cref="ArchiveException">The moment is not in the archive, or that cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Task<ArchivedCommands> CommandsAsync(Moment around, int count, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(around);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return Task.Run(
            () =>
            {
                var look = ArchiveLook.At(Folder, Name, withTimes: true);
                var point = MomentSearch.Find(_files, look, around);
                var plan = MomentSearch.Checked(Restoring.Plans(point.Id, point.Offset, look.Found)).Head;
                return new CommandSearch(_files, look, cancellationToken).Around(plan.Id, plan.Offset, count);
            },
            cancellationToken
        );
    }
}
