using System.CommandLine;
using HybridReplica.Core;
using Spectre.Console;
using Command = System.CommandLine.Command;

namespace HybridReplica.Cli.Follow;

/// <summary>The verb <c>follow</c>: every change a master makes, in a file or on standard output.</summary>
static class FollowCommand
{
    public static Command Create()
    {
        var master = new MasterOptions();
        var follow = new FollowOptions();
        var output = new OutputOptions();
        var command = new Command("follow", "Write every change that a master makes, in order, and once.");
        master.AddTo(command, withRdbOnly: false);
        follow.AddTo(command);
        output.AddTo(command);
        command.SetAction(
            (parsed, cancellation) =>
            {
                var how = output.Read(parsed);
                ReplicaOptions? options = null;
                // What goes to standard output is the stream, and nothing else.
                var json = follow.GoesToStandardOutput(parsed) ? Console.Error : Console.Out;
                return how.RunAsync(
                    json,
                    () =>
                    {
                        var plan = follow.Read(parsed);
                        options = master.Read(parsed);
                        plan.Apply(options);
                        return RunAsync(plan, options, how, json, cancellation);
                    },
                    master: () => options is null ? null : MasterOptions.Show(options.Master),
                    target: follow.Target(parsed)
                );
            }
        );
        return command;
    }

    static async Task<int> RunAsync(
        FollowPlan plan,
        ReplicaOptions options,
        Output how,
        TextWriter json,
        CancellationToken stop
    )
    {
        using var logging = how.Logging();
        // Options that cannot be used are found here, before anything is touched.
        await using var replica = BackupCommand.Join(options, logging);
        using var state = plan.State is null ? null : await StateFile.OpenAsync(plan.State, stop);
        var from = plan.Start(state?.Position);
        using var output = plan.Open();
        if (state is not null)
            await state.PrepareAsync(output, stop);
        using var recording = plan.Transcript is null ? null : new TranscriptFile(plan.Transcript);
        options.Observer = recording;

        var tally = new FollowTally();
        var end = await FollowAsync(plan, replica, state, from, output, tally, how, stop);
        return await TellAsync(end, tally, output, plan, how, json);
    }

    static async Task<FollowEnd> FollowAsync(
        FollowPlan plan,
        ReplicaClient replica,
        StateFile? state,
        Position? from,
        FollowOutput output,
        FollowTally tally,
        Output how,
        CancellationToken stop
    )
    {
        var buffer = new OutputBuffer();
        var format = FollowFormat.Create(plan.Format, buffer)!;
        using var owned = format as IDisposable;
        var journal = new OutputJournal(output, buffer, state?.Store, new Acknowledgement(replica));
        var writing = new StreamWriting(format, journal, plan.Filter, tally);
        var terminal = TerminalFor(plan, how);
        Action<ReplicaEvent> notice = how.Quiet ? _ => { } : new FollowNotices(terminal).Tell;
        var follower = new Follower(buffer, journal, writing, plan.Limits, tally, notice);
        Task<FollowEnd> Run() => follower.RunAsync(replica.FollowAsync, from, stop);
        return terminal is null ? await Run() : await FollowStatus.RunAsync(terminal, tally, replica, Run);
    }

    // Where the stream itself is shown, a line that changes all the time would be in its way.
    static IAnsiConsole? TerminalFor(FollowPlan plan, Output how) =>
        how.ShowsProgress && (!plan.IsToStandardOutput || Console.IsOutputRedirected)
            ? ProgressDisplay.Terminal()
            : null;

    static async Task<int> TellAsync(
        FollowEnd end,
        FollowTally tally,
        FollowOutput output,
        FollowPlan plan,
        Output how,
        TextWriter json
    )
    {
        var isInterrupted = end.Reason == FollowReason.Interrupted;
        if (isInterrupted)
            await Console.Error.WriteLineAsync(FollowSummary.Interrupted(end, plan.State is not null).Line);
        if (how.Json)
            await json.WriteLineAsync(FollowSummary.Json(end, tally, output, plan.State));
        else if (how.ShowsProgress && !isInterrupted)
            await Console.Error.WriteLineAsync(FollowSummary.Line(end, tally, output));
        return isInterrupted ? ExitCode.Interrupted : ExitCode.Done;
    }

    sealed class Acknowledgement(ReplicaClient replica) : IAcknowledgement
    {
        public void Applied(Position? position) => replica.Acknowledge(position);

        public void Durable(Position? position) => replica.AcknowledgeDurable(position);
    }
}
