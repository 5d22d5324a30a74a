/// What becomes of the tool when its output takes no more.
module HybridReplica.Tests.OutputTests

open System
open System.Diagnostics
open System.IO
open System.Threading.Tasks
open Expecto
open HybridReplica.Tests.Shell.Script
open HybridReplica.Tests.Shell.ScriptedMaster
open HybridReplica.Tests.Shell.Fetching

let private tool = Path.Combine(AppContext.BaseDirectory, "hybrid-replica.dll")

/// Runs a line of shell commands in which `TOOL` stands for the tool. Gives its exit code, and what it wrote to
/// standard error.
let private run (line: string) : Task<int * string> =
    task {
        let command = line.Replace("TOOL", $"dotnet '{tool}'", StringComparison.Ordinal)

        let start =
            ProcessStartInfo("bash", [ "-c"; command ], RedirectStandardError = true)

        use running =
            match Process.Start start with
            | null -> failtest "bash did not start"
            | started -> started

        let! errors = inTime (running.StandardError.ReadToEndAsync())
        do! running.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds 20.0)
        return running.ExitCode, errors
    }

let private onUnix name (test: ScriptedMaster -> Place -> Task<unit>) =
    testCaseTask name (fun () ->
        task {
            if not (OperatingSystem.IsWindows()) then
                use place = new Place()
                use master = master (serveCounted (rdb 3_000_000))
                do! test master place
        })

let tests =
    testList
        "output"
        [
            onUnix "a reader that goes away is a failure of the pipe" (fun master place ->
                task {
                    let! code, error =
                        run $"TOOL backup {master.Uri} -o - | head -c 10 > /dev/null; exit ${{PIPESTATUS[0]}}"

                    Expect.equal code 7 "exit code"
                    Expect.stringContains error "nobody reads the pipe any more" "the reason"
                    place.IsUntouched()
                })
            onUnix "a limit on the size of files leaves no temporary file behind" (fun master place ->
                task {
                    // Unless it is told not to, .NET keeps compiled code in a file of memory that is larger than that.
                    let! code, error =
                        run $"ulimit -f 100; DOTNET_EnableWriteXorExecute=0 TOOL backup {master.Uri} -o {place.Target}"

                    Expect.equal code 7 "exit code"
                    Expect.stringContains error "too large" "the reason"
                    place.IsUntouched()
                })
        ]
