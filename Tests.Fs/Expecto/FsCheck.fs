namespace Expecto

open FsCheck

/// Properties as tests.
[<AutoOpen; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module ExpectoFsCheck =
    let private arguments values =
        values |> List.map (sprintf "%A") |> String.concat " "

    let private stampLines stamps =
        [
            for share, labels in stamps -> sprintf "%A%% %s" share (String.concat ", " labels)
        ]

    let private count tests =
        if tests = 1 then "1 test" else $"%d{tests} tests"

    /// The parts of a failure, one below the other, ending with the line to put into the source to see it again.
    let private describe repeatWith name (data: TestData) original shrunk outcome (first: Rnd) (last: Rnd) (size: int) =
        [
            $"Failed after %s{count data.NumberOfTests}."
            $"Parameters:\n\t%s{arguments original}"
            if data.NumberOfShrinks > 0 then
                $"Shrunk %d{data.NumberOfShrinks} times to:\n\t%s{arguments shrunk}"
            $"Result:\n\t%A{outcome}"
            if not data.Labels.IsEmpty then
                "Labels:\n\t" + String.concat "\n\t" data.Labels
            yield! stampLines data.Stamps
            $"Original seed: (%A{first.Seed}, %A{first.Gamma})"
            $"Focus on error: %s{repeatWith} (%A{last.Seed}, %A{last.Gamma}, Some %d{size}) \"%s{name}\""
        ]
        |> String.concat "\n"

    let private dataOf result =
        match result with
        | TestResult.Passed(data, _) -> data
        | TestResult.Failed(data, _, _, _, _, _, _) -> data
        | TestResult.Exhausted data -> data

    /// Hands what FsCheck says to the listeners of the configuration, and turns its verdict into that of a test.
    let private runner (config: FsCheckConfig) repeatWith name =
        { new IRunner with
            member _.OnStartFixture _ = ()

            member _.OnArguments(number, values, _) =
                config.receivedArgs config name number values |> Async.RunSynchronously

            member _.OnShrink(values, _) =
                config.successfulShrink config name values |> Async.RunSynchronously

            member _.OnFinished(finishedName, result) =
                let data = dataOf result

                config.finishedTest
                    config
                    finishedName
                    {
                        Labels = data.Labels
                        NumberOfShrinks = data.NumberOfShrinks
                        NumberOfTests = data.NumberOfTests
                        Stamps = data.Stamps
                    }
                |> Async.RunSynchronously

                match result with
                | TestResult.Passed _ -> ()
                | TestResult.Failed(_, _, _, Outcome.Failed(:? IgnoreException as ignored), _, _, _) -> raise ignored
                | TestResult.Failed(data, original, shrunk, outcome, first, last, size) ->
                    raise (FailedException(describe repeatWith name data original shrunk outcome first last size))
                | TestResult.Exhausted data ->
                    let text =
                        $"Exhausted after %s{count data.NumberOfTests}: too few generated cases fit."

                    raise (FailedException(String.concat "\n" (text :: stampLines data.Stamps)))
        }

    let private propertyTest repeatWith state given name property =
        let replayOf (seed, gamma, size) = { Rnd = Rnd(seed, gamma); Size = size }

        let check (config: FsCheckConfig) =
            async {
                let settings =
                    Config.Default
                        .WithName(name)
                        .WithQuietOnSuccess(true)
                        .WithMaxTest(config.maxTest)
                        .WithStartSize(config.startSize)
                        .WithEndSize(config.endSize)
                        .WithReplay(Option.map replayOf config.replay)
                        .WithArbitrary(config.arbitrary)
                        .WithRunner(runner config repeatWith name)

                Check.One(settings, property)
            }

        TestLabel(name, TestCase(AsyncFsCheck(given, given, check), state), Normal)

    let private replaying stdGen (config: FsCheckConfig) =
        Some { config with replay = Some stdGen }

    /// A property that must hold for the number of cases given on the command line, 100 by default.
    let testProperty name property =
        propertyTest "etestProperty" Normal None name property

    /// A property that is reported but not checked.
    let ptestProperty name property =
        propertyTest "etestProperty" Pending None name property

    /// A property beside which nothing else runs.
    let ftestProperty name property =
        propertyTest "etestProperty" Focused None name property

    /// A property that begins with the case that failed, and beside which nothing else runs.
    let etestProperty stdGen name property =
        propertyTest "etestProperty" Focused (replaying stdGen FsCheckConfig.defaultConfig) name property

    /// A property with a configuration of its own.
    let testPropertyWithConfig config name property =
        propertyTest "etestPropertyWithConfig" Normal (Some config) name property

    /// A property with a configuration of its own that is reported but not checked.
    let ptestPropertyWithConfig config name property =
        propertyTest "etestPropertyWithConfig" Pending (Some config) name property

    /// A property with a configuration of its own, beside which nothing else runs.
    let ftestPropertyWithConfig config name property =
        propertyTest "etestPropertyWithConfig" Focused (Some config) name property

    /// A property with a configuration of its own that begins with the case that failed, alone as above.
    let etestPropertyWithConfig stdGen config name property =
        propertyTest "etestPropertyWithConfig" Focused (replaying stdGen config) name property

    /// A property with a configuration of its own that generates the same cases in every run.
    let testPropertyWithConfigStdGen stdGen config name property =
        propertyTest "testPropertyWithConfigStdGen" Normal (replaying stdGen config) name property
