using System.Text;
using HybridReplica.Cli.Inspect.Report;
using HybridReplica.Core;

namespace HybridReplica.Cli.Inspect;

/// <summary>One run of <c>inspect</c>.</summary>
/// <param name="plan">What is asked for.</param>
/// <param name="source">Where the snapshot comes from.</param>
/// <param name="how">How much to say.</param>
sealed class InspectRun(InspectPlan plan, SnapshotSource source, Output how)
{
    /// <summary>Runs it to its exit code.</summary>
    public Task<int> RunAsync(CancellationToken stop) => plan.IsCheck ? CheckAsync(stop) : WriteAsync(stop);

    async Task<int> CheckAsync(CancellationToken stop)
    {
        var options = new RdbReaderOptions { Look = RdbLook.Skip };
        var result = await ReadAsync(_ => { }, options, stop, stop);
        if (how.Json)
            await StandardOutput.PrintAsync(InspectSummary.Json(result, source.Name));
        else if (!how.Quiet)
            await StandardOutput.PrintAsync(InspectSummary.Sound(result, source.Name));
        return ExitCode.Done;
    }

    async Task<int> WriteAsync(CancellationToken stop)
    {
        using var output = InspectOutput.Open(plan.Output);
        var buffer = new OutputBuffer();
        var format = FormatOf(buffer);
        var inspection = new Inspection(format, buffer, output, plan.Filter, plan.Limit);
        buffer.Offer = inspection.FlushIfLarge;
        var result = await VisitAsync(inspection, format, output, stop);
        await CompleteAsync(inspection, format, output, stop);
        await TellAsync(result, inspection, format, output);
        return ExitCode.Done;
    }

    // Null: it ended before the snapshot, because there was enough.
    async Task<RdbResult?> VisitAsync(
        Inspection inspection,
        EntryFormat format,
        InspectOutput output,
        CancellationToken stop
    )
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var options = new RdbReaderOptions { PartsAbove = format.PartsAbove };
        try
        {
            var result = await ReadAsync(Visit, options, reading.Token, stop);
            // How much is read behind what was enough depends on buffers.
            return inspection.IsEnough ? null : result;
        }
        catch (Exception exception) when (inspection.IsEnough && !IsOurs(exception, stop))
        {
            return null;
        }
        catch (Exception exception) when (KeepsWhole(exception))
        {
            inspection.DropUnfinished();
            if (exception is RdbException damaged)
                format.Break(damaged.Fault);
            await CompleteAsync(inspection, format, output, stop);
            throw;
        }

        void Visit(RdbEvent found)
        {
            if (inspection.IsEnough)
                return;

            inspection.Visit(found);
            // Whoever hears of it must not do so on this thread, which has not come back yet.
            if (inspection.IsEnough)
                _ = reading.CancelAsync();
        }
    }

    // Standard output has what was written before, and nothing can be taken back there: whoever reads it gets every key
    // that was whole. A report is either on everything or, where somebody wants that, on a part of it.
    bool KeepsWhole(Exception exception) =>
        plan.Output is null
            ? !plan.IsSummary && exception is RdbException or ReplicaException
            : plan.KeepPartial && exception is RdbException;

    // Behind what is enough, neither the end of the reading nor what else there may be to complain of in it matters.
    static bool IsOurs(Exception exception, CancellationToken stop) =>
        stop.IsCancellationRequested || exception is not (OperationCanceledException or RdbException);

    async Task<RdbResult> ReadAsync(
        Action<RdbEvent> visit,
        RdbReaderOptions options,
        CancellationToken reading,
        CancellationToken stop
    )
    {
        return ShowsProgress ? await ProgressDisplay.RunAsync(progress => Work(progress)) : await Work(progress: null);

        async Task<RdbResult> Work(IProgress<SnapshotProgress>? progress)
        {
            var working = source.ReadAsync(visit, options, progress, reading);
            try
            {
                return await working.WaitAsync(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                await Task.WhenAny(working, Task.Delay(source.Patience, CancellationToken.None));
                throw;
            }
        }
    }

    // Where the keys themselves are shown, a line that changes all the time would be in their way.
    bool ShowsProgress =>
        how.ShowsProgress && (plan.IsCheck || plan.IsSummary || plan.Output is not null || Console.IsOutputRedirected);

    EntryFormat FormatOf(OutputBuffer buffer) =>
        plan.Format switch
        {
            InspectPlan.JsonLines => new JsonEntries(buffer, plan.Filter.IsOpen),
            InspectPlan.Resp => new RespEntries(buffer, plan.Filter.IsOpen),
            InspectPlan.Keys => new KeyLines(buffer),
            _ => new SummaryReport(
                buffer,
                source.Name,
                new(DateTimeOffset.UtcNow) { Separators = plan.Separators },
                how.Json ? null : StyleOf(plan.Output)
            ),
        };

    static ReportStyle StyleOf(string? output)
    {
        var style = ReportStyle.OfStandardOutput();
        return output is null ? style : style with { HasColour = false };
    }

    static async Task CompleteAsync(
        Inspection inspection,
        EntryFormat format,
        InspectOutput output,
        CancellationToken stop
    )
    {
        format.Finish();
        inspection.Flush();
        await output.CompleteAsync(stop);
    }

    async Task TellAsync(RdbResult? result, Inspection inspection, EntryFormat format, InspectOutput output)
    {
        if (!how.Quiet && format.Omission is { } omission)
            await Console.Error.WriteLineAsync($"hybrid-replica: {omission}.");
        if (plan.IsSummary)
            return;

        var json = how.Json ? InspectSummary.Json(result, inspection.Written, output.Length, source.Name, plan) : null;
        if (json is not null && plan.Output is null)
            await Console.Error.WriteLineAsync(json);
        else if (json is not null)
            await StandardOutput.PrintAsync(json);
        else if (ShowsProgress)
            await Console.Error.WriteLineAsync(InspectSummary.Line(result, inspection.Written, output.Length, plan));
    }
}
